//! The counts are `tokei`'s: for snippets chosen by hand, for random ones in every language, and in linear time.

use std::time::{Duration, Instant};

use super::*;

#[track_caller]
fn check(language: LanguageType, text: &[u8]) {
    let ours = count_lines(Language(Some(language)), text);
    assert_eq!(ours, count_by_tokei(language, text), "{language}: {:?}", String::from_utf8_lossy(text));
}

#[track_caller]
fn check_all(language: LanguageType, texts: &[&str]) {
    for text in texts {
        check(language, text.as_bytes());
    }
}

#[test]
fn counts_by_hand() {
    let python = count_lines(Language(Some(LanguageType::Python)), b"# a\n\nx = 1  # b\n'''doc\n\n'''\n");
    assert_eq!(python, LineCounts { code: 4, comment: 1, blank: 1 });
    let rust =
        count_lines(Language(Some(LanguageType::Rust)), b"/// Doc.\n///\n/// ```rust\n/// f();\n/// ```\nfn f() {}\n");
    assert_eq!(rust, LineCounts { code: 2, comment: 3, blank: 1 });
    assert_eq!(count_lines(Language::UNKNOWN, b"# a\n \r\nb"), LineCounts { code: 2, comment: 0, blank: 1 });
}

#[test]
fn ends_of_lines_and_of_the_text() {
    let texts = [
        "",
        "\n",
        "a",
        "a\n",
        "a\r\n\r\nb",
        "\r",
        " \x0b\x0c\n",
        "a\n\n",
        "\n\n  ",
        "# a\r\n",
        "/*\n\n*/\n \n\n",
        "\"\n\n",
    ];
    for (language, _) in LanguageType::list() {
        check_all(*language, &texts);
    }
}

#[test]
fn python() {
    check_all(
        LanguageType::Python,
        &[
            "'''a\n# b\n'''\n# c",
            "x = '''a''' # b",
            "\"\"\"a\\\"\"\"\n# b\n",
            "'it\\'s' # a\n# b",
            "# it's\n# b\n",
            "x = 'unclosed\n# a\n# b\n",
            "x = '\\\\'\n# a\n",
            "f\\'\n# a\n",
        ],
    );
}

#[test]
fn rust() {
    check_all(
        LanguageType::Rust,
        &[
            "/* /* */ a\n*/ b\n// c\n",
            "let x = r#\"\\\"#; // a\n\"\\\"\n// b\n\"",
            "println!(\"x\");\n/// a\nfn f() {}\n",
            "let x = 1;\n/// a\nfn f() {}\n",
            "let x = \"\"; // y\n/// a\nfn f() {}\n",
            "/// a\n\n\n/// b\n\n\nfn f() {}\n",
            "//! a\n//!\n//! b\n/// c\n//// d\n",
            "/// ```\n/// a\n/// ```\n",
            "/// ```rust,no_run\n/// a(\"\")\n///\n/// # b\n/// ```\n///\n/// c",
            "/// ```rust\n/// a\nfn f() {}\n",
            "/// ```html\n/// <script>a\n/// b</script>\n/// ```\n",
            "f() /// a\n/// b\n",
            "/* a */ /// b\n",
            "\"\n\"\n   \n  /// a\n",
            "'\"'\n// a\n'\"'",
            "///",
            "///\n///\n",
            "#\"a\"#\n// b",
        ],
    );
}

#[test]
fn c_like_and_scripts() {
    use LanguageType::*;
    for language in [C, Cpp, Go, Java, CSharp, JavaScript, TypeScript, Tsx, Css, Kotlin, Swift, Scala, Php, D, Less] {
        check_all(
            language,
            &[
                "/*/\n*/ a\n",
                "/* a */ b /* c */\n/* a */\n/* a */ // b\n",
                "a /* b\n\n c */ d\n",
                "/* /* a */ b\n*/\n// c\n",
                "\"/*\"\n'/*'\n`/*`\n// a\n",
                "`\n// a\n${`b`}\n`\n",
                "/* \\\\*/ a\n// \\\"\n",
                "@\"\\\"\n// a\nR\"(\\\")\" // b\n",
                "/+ /+ a +/\n+/\n",
                "// a /*\nb\n",
                "\"a\\\nb\"\n// c",
            ],
        );
    }
}

#[test]
fn markdown() {
    check_all(
        LanguageType::Markdown,
        &[
            "# a\n\n```python\n# b\n\nx\n```\nc",
            "```rust\n/// a\nfn f() {}\n",
            "```\na\n```\n",
            "````rust\na\n````\n",
            "a ```rust b\n``` c\n",
            "```rust a ``` b\n",
            "```nonsense,python\n# a\n```\n",
            "```python\u{a0}\n# a\n```\u{2003}\n",
            "```python\r\n# a\r\n```\r\n\r\nb\r\n",
            "``` python\n# a\n```\n",
            "```html\n<script>\na\n</script>\n```\n",
            "\\```sh\n# a\n\\\\```\n",
        ],
    );
    check(LanguageType::Markdown, b"```\xffrust ```python\n# a\n```\xff\n");
}

#[test]
fn embedded_in_tags() {
    use LanguageType::*;
    for language in [Html, Vue, Svelte, RubyHtml, GlimmerJs] {
        check_all(
            language,
            &[
                "<script>\n// a\nf();\n\n</script>\n<p>",
                "<script type=\"text/css\">\r\n/* a */\r\n</script>",
                "<script>f()</script><script>g()\n</script>\n",
                "<script src=\"a\"></script>\n<style lang=\"less\">\n// a\n</style>\n",
                "<template>\n  <!-- a -->\n  <script>\n// a\n  </script>\n</template>\n",
                "<script>\n// never closed\n<script>\n",
                "<!-- <script>\n// a\n</script> -->\n",
                "\"<script type=\"text/css\">\n/* a */\n</script>\n",
                "<script type=\"a\" b=\"c\"> type=\"text/html\">\n<style>\n/* a */\n</style></script>",
                "<script x>y</script>\n<template lang=\"pug\">\n//- a\n</template>",
            ],
        );
    }
    check(Html, b"<script \xff> <script>\n// a\n</script>\n");
}

#[test]
fn notebooks() {
    let notebook = |cells: &str| {
        format!(
            r##"{{"cells": [{cells}], "metadata": {{"kernelspec": {{"language": "rust"}}, "language_info": {{}}}}}}"##
        )
    };
    let code = r##"{"cell_type": "code", "source": ["/// a\n", "\n", "f();"]}"##;
    let prose = r##"{"cell_type": "markdown", "source": ["# a\n", "```python\n", "# b\n", "```"]}"##;
    check(LanguageType::Jupyter, notebook(&format!("{code}, {prose}")).as_bytes());
    check(LanguageType::Jupyter, notebook(r#"{"cell_type": "raw", "source": ["a"]}"#).as_bytes());
    check(LanguageType::Jupyter, b"{");
}

/// Marks of every kind and what could confuse them, in random order.
#[test]
fn random_texts_in_every_language() {
    let mut random = Random(0x9e37_79b9_7f4a_7c15);
    for (language, _) in LanguageType::list() {
        let mut pieces =
            vec![" ", "\n", "\n", "\n", "\r\n", "\\", "\\\\", "a", "b c", "\t", "é", "/", "*", "#", "'", "\""];
        pieces.extend(language.line_comments());
        let pairs = [language.multi_line_comments(), language.nested_comments(), language.quotes()];
        for (start, end) in pairs.concat().iter().chain(language.doc_quotes()).chain(language.verbatim_quotes()) {
            pieces.extend([start, end, end]);
        }
        pieces.extend(language.important_syntax());
        match language {
            LanguageType::Rust => pieces.extend(["/// ", "//! ", "\n///", "```", "```rust\n"]),
            LanguageType::Html | LanguageType::Vue | LanguageType::Svelte => pieces.extend([
                "<script>",
                "<script type=\"",
                "text/css\">",
                "</script>",
                "<style lang=\"",
                "less\"",
                ">",
                "<style>",
                "</style>",
                "<template",
                " lang=\"html\">",
                "</template>",
                "<!--",
                "-->",
                "\u{a0}",
            ]),
            LanguageType::Markdown => pieces.extend(["```", "```rust\n", "```python ", "`", "///", "\""]),
            _ => {}
        }
        for _ in 0..if pieces.len() > 32 { 2000 } else { 200 } {
            let text: String = (0..random.below(40)).map(|_| pieces[random.below(pieces.len())]).collect();
            check(*language, text.as_bytes());
        }
    }
}

/// Xorshift: the same texts in every run.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % limit as u64) as usize
    }
}

#[test]
fn time_is_linear_in_the_text() {
    use LanguageType::*;
    let pieces = ["/*", "\"", "'", "\\", "```", "```a\n", "```rust a ", "/// ", "\n", " ", "a", "///\n\n\n", "\"\"\n"];
    for language in [Rust, Python, TypeScript, C, Go, Css, Toml, Yaml, Markdown, D, Html, Vue] {
        for piece in pieces {
            let started = Instant::now();
            let text = piece.repeat(200_000);
            count_lines(Language(Some(language)), text.as_bytes());
            // It takes 5 ms; what is quadratic takes minutes.
            assert!(started.elapsed() < Duration::from_secs(2), "{language}: {piece:?}");
        }
    }
}
