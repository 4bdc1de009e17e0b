/* libz3's functions, found when they are first asked for: a program that needs no proof doesn't pay for loading 25 MB. */
#pragma once
#include <stdbool.h>
#include <stdint.h>
#include <z3.h>

/* The functions that are used. Each is named as in z3.h, without Z3_. */
#define CTXABI_Z3_FUNCTIONS(F)                                                                                    \
  F(global_param_set) F(mk_config) F(del_config) F(mk_context) F(del_context) F(set_error_handler)                \
  F(get_error_code) F(get_error_msg)                                                                             \
  F(mk_string_symbol) F(mk_bv_sort) F(mk_bool_sort) F(mk_const) F(mk_unsigned_int64)                              \
  F(mk_true) F(mk_false) F(mk_eq) F(mk_not) F(mk_ite) F(mk_and) F(mk_or) F(mk_implies)                            \
  F(mk_bvadd) F(mk_bvsub) F(mk_bvmul) F(mk_bvudiv) F(mk_bvurem) F(mk_bvand) F(mk_bvor) F(mk_bvxor)                \
  F(mk_bvshl) F(mk_bvlshr) F(mk_bvult) F(mk_bvslt) F(mk_extract) F(mk_zero_ext) F(mk_sign_ext)                    \
  F(mk_simple_solver) F(mk_solver_for_logic) F(solver_inc_ref) F(solver_dec_ref) F(solver_set_params)          \
  F(solver_assert)                                                                                                 \
  F(solver_check_assumptions) F(solver_get_model)                                                                 \
  F(solver_get_statistics) F(stats_inc_ref) F(stats_dec_ref) F(stats_size) F(stats_get_key) F(stats_is_uint)      \
  F(stats_get_uint_value)                                                                                         \
  F(mk_params) F(params_inc_ref) F(params_dec_ref) F(params_set_uint) F(params_set_bool)                          \
  F(model_inc_ref) F(model_dec_ref) F(model_eval) F(get_numeral_uint64) F(get_bool_value)

#define CTXABI_Z3_MEMBER(name) __typeof__(Z3_##name) *_Nonnull name;
struct z3_functions {
  CTXABI_Z3_FUNCTIONS(CTXABI_Z3_MEMBER)
};
#undef CTXABI_Z3_MEMBER

/* Loads libz3 at the first call. NULL where it is not installed, or lacks one of the functions. Any thread may call it. */
const struct z3_functions *_Nullable z3_functions(void);
