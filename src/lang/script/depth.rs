//! How deep a script might nest, known before the recursive parser meets it.
//!
//! The parser has no limit of its own, but each level of its recursion takes at least one byte of the source and at most
//! [`STACK_PER_LEVEL`] bytes of stack (measured: 1.5 KB, with `((((`). So the size of a file bounds the stack that it needs,
//! and nearly all files need no look at their bytes. A larger one is scanned once: what nests absurdly is refused, so
//! as not to fill the memory, and the rest is parsed on a stack that holds whatever the scan could not tell.

/// What a parse needs.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Plan {
    /// The stack of the caller, which is 256 MiB.
    InPlace,
    /// A stack of this many bytes. Most of it is never touched, and so takes no memory.
    OwnStack(usize),
    /// Nothing: the text is not for parsing.
    Refuse(&'static str),
}

/// Stack for one level of recursion in the parser, with a reserve of a third.
const STACK_PER_LEVEL: usize = 2048;
/// A file up to this size cannot nest deeper than the caller's stack, half of it kept for other work.
const IN_PLACE_BYTES: usize = 120 << 10;
/// Above this, brackets are nested by a machine gone wrong.
const MAX_BRACKETS: u32 = 20_000;
/// Likewise for decorators, prefix and right-associative operators in one expression.
const MAX_OPERATORS: u32 = 50_000;
/// Each `<` may open type arguments, which the parser tries again for every one that turns out to be a comparison.
const MAX_OPEN_ANGLES: u32 = 256;
/// A script larger than this is data.
const MAX_BYTES: usize = 32 << 20;

/// Decides by size, then by one pass over the bytes. `typed` is whether the source may have type arguments.
pub(super) fn plan(text: &str, typed: bool) -> Plan {
    let bytes = text.as_bytes();
    if bytes.len() > MAX_BYTES {
        return Plan::Refuse("not parsed: larger than 32 MiB");
    }
    if bytes.len() <= IN_PLACE_BYTES && !(typed && many_angles(text)) {
        return Plan::InPlace;
    }
    let nesting = Nesting::of(bytes);
    if nesting.brackets > MAX_BRACKETS || nesting.operators > MAX_OPERATORS {
        Plan::Refuse("not parsed: nested too deeply")
    } else if typed && nesting.angles > MAX_OPEN_ANGLES {
        Plan::Refuse("not parsed: too many `<` in a row")
    } else if bytes.len() <= IN_PLACE_BYTES {
        Plan::InPlace
    } else {
        Plan::OwnStack((nesting.levels * STACK_PER_LEVEL).max(IN_PLACE_BYTES * STACK_PER_LEVEL))
    }
}

/// Whether reading type arguments in this source might take quadratic time.
pub(super) fn many_angles(text: &str) -> bool {
    let bytes = text.as_bytes();
    memchr::memchr_iter(b'<', bytes).count() > MAX_OPEN_ANGLES as usize && Nesting::of(bytes).angles > MAX_OPEN_ANGLES
}

/// Runs `work` on a stack of its own; `None` if the system has no room for one.
pub(super) fn on_own_stack<R: Send>(bytes: usize, work: impl FnOnce() -> R + Send) -> Option<R> {
    std::thread::scope(|scope| {
        let thread = std::thread::Builder::new().stack_size(bytes).spawn_scoped(scope, work).ok()?;
        thread.join().ok()
    })
}

/// What one pass over the bytes tells, strings and comments included, so that only `levels` is a bound.
#[derive(Default)]
struct Nesting {
    /// No source nests deeper: the number of bytes that can start a level.
    levels: usize,
    /// Deepest brackets.
    brackets: u32,
    /// Most operators in a row that nest to the right.
    operators: u32,
    /// Most `<` in a row without their `>`.
    angles: u32,
}

impl Nesting {
    fn of(bytes: &[u8]) -> Self {
        let mut most = Self::default();
        let (mut brackets, mut operators, mut angles) = (0_u32, 0_u32, 0_u32);
        let mut previous = b' ';
        for &byte in bytes {
            match byte {
                b'(' | b'[' | b'{' => {
                    most.levels += 1;
                    brackets += 1;
                    most.brackets = most.brackets.max(brackets);
                    operators = if byte == b'{' { 0 } else { operators };
                }
                b')' | b']' | b'}' => {
                    brackets = brackets.saturating_sub(1);
                    angles = 0;
                    operators = if byte == b'}' { 0 } else { operators };
                }
                b';' | b',' => (operators, angles) = (0, if byte == b';' { 0 } else { angles }),
                b'!' | b'~' | b'-' | b'=' | b'?' | b':' | b'<' | b'*' | b'@' => {
                    most.levels += 1;
                    operators += 1;
                    most.operators = most.operators.max(operators);
                    angles += u32::from(byte == b'<');
                    most.angles = most.angles.max(angles);
                }
                b'>' if previous != b'=' => angles = angles.saturating_sub(1),
                b'+' | b'|' | b'&' | b'/' => most.levels += 1,
                // Keywords nest too, and start like any word.
                b'a'..=b'z' if !previous.is_ascii_alphanumeric() => most.levels += 1,
                _ => {}
            }
            previous = byte;
        }
        most
    }
}
