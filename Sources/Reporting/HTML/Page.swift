/// The frame of a page: everything around its content. A page needs nothing besides itself, not even a script.
struct Page {
  let title: String
  let toolVersion: String
  /// What stands above the content: headings, the verdict.
  let header: Markup
  /// Links to the parts of the content.
  let navigation: Markup
  let content: Markup
  /// Whether it takes the whole width of the window, and of a sheet across, for tables of many columns.
  var isWide = false

  /// The page as the text of a file. It is XHTML-compatible HTML, so that an XML parser can check it.
  var text: String {
    let version = toolVersion.isEmpty ? "ctxabi" : "ctxabi \(toolVersion)"
    let markup: Markup = """
      <!DOCTYPE html>
      <html lang='en'>
      <head>
      <meta charset='utf-8'/>
      <meta name='viewport' content='width=device-width, initial-scale=1'/>
      <meta http-equiv='Content-Security-Policy' content="\(Self.policy)"/>
      <meta name='color-scheme' content='light dark'/>
      <meta name='generator' content='\(version)'/>
      <title>\(title)</title>
      <link rel='icon' href='data:,'/>
      <style>
      \(Markup(trusted: StyleSheet.text))</style>
      </head>
      <body\(isWide ? " class='wide'" : "" as Markup)>
      <a class='skip' href='#content'>Skip to the content</a>
      <header>
      \(header)</header>
      \(navigation)<main id='content' tabindex='-1'>
      \(content)</main>
      <footer>
      <p>Written by \(version). This page stands alone: it loads nothing and runs no script.</p>
      </footer>
      </body>
      </html>

      """
    return markup.source
  }

  /// Nothing may be loaded or run, whatever a snapshot's text may try.
  private static let policy: Markup =
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'"

  /// The choice of the colours: it works by style sheet alone.
  static let themeChoice: Markup = """
    <fieldset class='choice theme'>
    <legend>Colours</legend>
    <label><input type='radio' name='theme' id='theme-auto' checked='checked' autocomplete='off'/> as the system</label>
    <label><input type='radio' name='theme' id='theme-light' autocomplete='off'/> light</label>
    <label><input type='radio' name='theme' id='theme-dark' autocomplete='off'/> dark</label>
    </fieldset>

    """
}
