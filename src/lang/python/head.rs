//! The part of a module that its imports depend on, found without a parser.

use memchr::memmem;

/// What imports are made of, and what says how they bind.
const MARKS: [&str; 6] = ["import", "__all__", "extend_path", "declare_namespace", "iter_modules", "walk_packages"];

/// The text up to the end of the statement that speaks of imports last, as far as a look at brackets can tell. Where it is cut
/// within a statement, it does not parse.
pub(super) fn with_imports(text: &str) -> &str {
    let marks = MARKS.iter().filter_map(|mark| memmem::rfind(text.as_bytes(), mark.as_bytes()));
    let Some(last) = marks.max() else { return "" };
    let mut end = text[..last].rfind('\n').map_or(0, |newline| newline + 1);
    let mut open = 0_isize;
    for line in text[end..].split_inclusive('\n') {
        end += line.len();
        let code = line.split('#').next().unwrap_or(line);
        open += code.bytes().map(depth_of).sum::<isize>();
        if open <= 0 && !code.trim_end().ends_with('\\') {
            break;
        }
    }
    &text[..end]
}

fn depth_of(byte: u8) -> isize {
    match byte {
        b'(' | b'[' | b'{' => 1,
        b')' | b']' | b'}' => -1,
        _ => 0,
    }
}
