import ContextABI

extension JudgedChanges {
  /// Where fields stand: struct declarations of include/uapi/linux/bpf.h, which compiled programs hold as numbers.
  static let layouts = [
    JudgedChange(
      patch: "a field is put in the middle",
      why: "compiled programs hold offsets: those that read minor read the new field",
      severity: .breaking, rule: "field-moved", says: "bpf_cgroup_dev_ctx.minor"
    ) { build in
      try build.layout("bpf_cgroup_dev_ctx") { layout in
        let minor = try layout.index(of: "minor")
        layout.members[minor].bitOffset = 96
        layout.members.insert(
          LayoutMember(name: "flags", bitOffset: 64, bitSize: 32, type: "__u32", encoding: "u32"), at: minor)
        layout.size = 16
      }
      try build.rules("bpf_cgroup_dev_ctx.minor", .read) { rule in
        rule.offset = 12
        return true
      }
      try build.accept("bpf_cgroup_dev_ctx.major", .read) { rule in
        rule.field = "flags"
        rule.offset = 8
      }
    },
    JudgedChange(
      patch: "a field is removed",
      why: "a program that reads it is refused, and the source no longer compiles",
      severity: .breaking, rule: "field-removed", says: "bpf_cgroup_dev_ctx.minor"
    ) { build in
      try build.layout("bpf_cgroup_dev_ctx") { layout in
        layout.members.remove(at: try layout.index(of: "minor"))
        layout.size = 8
      }
      try build.refuse("bpf_cgroup_dev_ctx.minor", .read)
    },
    JudgedChange(
      patch: "a field is renamed",
      why: "compiled programs run as before, sources want to be changed",
      severity: .review, rule: "field-renamed", says: "bpf_cgroup_dev_ctx"
    ) { build in
      try build.layout("bpf_cgroup_dev_ctx") { $0.members[try $0.index(of: "minor")].name = "minor_number" }
      try build.rules("bpf_cgroup_dev_ctx.minor", .read) { rule in
        rule.field = "minor_number"
        return true
      }
    },
    JudgedChange(
      patch: "a field becomes signed",
      why: "the same load, but C extends the sign and compares otherwise once the program is compiled again",
      severity: .breaking, rule: "field-retyped", says: "bpf_cgroup_dev_ctx.minor"
    ) {
      try $0.layout("bpf_cgroup_dev_ctx") { layout in
        let minor = try layout.index(of: "minor")
        layout.members[minor].type = "__s32"
        layout.members[minor].encoding = "s32"
      }
    },
    JudgedChange(
      patch: "a type is spelled otherwise",
      why: "u32 and __u32 are one type",
      severity: .note, rule: "field-respelled"
    ) { try $0.layout("bpf_cgroup_dev_ctx") { $0.members[try $0.index(of: "minor")].type = "u32" } },
    JudgedChange(
      patch: "a field is appended",
      why: "old programs do not know it: the context may grow at its end",
      severity: .addition, rule: "field-added", says: "bpf_cgroup_dev_ctx.flags"
    ) { build in
      try build.layout("bpf_cgroup_dev_ctx") { layout in
        layout.members.append(
          LayoutMember(name: "flags", bitOffset: 96, bitSize: 32, type: "__u32", encoding: "u32"))
        layout.size = 16
      }
      try build.accept("bpf_cgroup_dev_ctx.major", .read) { rule in
        rule.field = "flags"
        rule.offset = 12
      }
    },
    JudgedChange(
      patch: "a field takes what was padding",
      why: "three bytes behind tstamp_type are padding (`__u32 :24`): nobody could read them before",
      severity: .addition, rule: "padding-claimed", says: "__sk_buff.flags"
    ) { build in
      try build.layout("__sk_buff") { layout in
        layout.members.append(
          LayoutMember(name: "flags", bitOffset: 181 * 8, bitSize: 8, type: "__u8", encoding: "u8"))
      }
      try build.accept("__sk_buff.tstamp_type", .read) { rule in
        rule.field = "flags"
        rule.offset = 181
      }
    },
  ]
}
