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
    let ends_row = |byte: &u8| matches!(byte, b';' | b')' | b']' | b'}');
    let (mut row, mut from) = (0, 0);
    // Nearly all sources are told apart by this.
    let is_long = memchr::memchr_iter(b'<', bytes).any(|at| {
        row = if bytes[from..at].iter().any(ends_row) { 1 } else { row + 1 };
        from = at + 1;
        row > MAX_OPEN_ANGLES
    });
    is_long && Nesting::of(bytes).angles > MAX_OPEN_ANGLES
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

/// What a byte does to what is open.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Effect {
    None,
    Opens,
    OpensBlock,
    Closes,
    ClosesBlock,
    EndsStatement,
    Separates,
    Operates,
    OpensAngle,
    ClosesAngle,
}

const EFFECTS: [Effect; 256] = {
    let mut effects = [Effect::None; 256];
    let mut byte = 0;
    while byte < 256 {
        effects[byte] = match byte as u8 {
            b'(' | b'[' => Effect::Opens,
            b'{' => Effect::OpensBlock,
            b')' | b']' => Effect::Closes,
            b'}' => Effect::ClosesBlock,
            b';' => Effect::EndsStatement,
            b',' => Effect::Separates,
            b'!' | b'~' | b'-' | b'=' | b'?' | b':' | b'*' | b'@' => Effect::Operates,
            b'<' => Effect::OpensAngle,
            b'>' => Effect::ClosesAngle,
            _ => Effect::None,
        };
        byte += 1;
    }
    effects
};

impl Nesting {
    fn of(bytes: &[u8]) -> Self {
        let mut most = Self { levels: levels(bytes), ..Self::default() };
        let (mut brackets, mut operators, mut angles) = (0_u32, 0_u32, 0_u32);
        for (at, &byte) in bytes.iter().enumerate() {
            let effect = EFFECTS[byte as usize];
            match effect {
                Effect::None => continue,
                Effect::Opens | Effect::OpensBlock => {
                    brackets += 1;
                    most.brackets = most.brackets.max(brackets);
                    operators = if effect == Effect::OpensBlock { 0 } else { operators };
                }
                Effect::Closes | Effect::ClosesBlock => {
                    brackets = brackets.saturating_sub(1);
                    angles = 0;
                    operators = if effect == Effect::ClosesBlock { 0 } else { operators };
                }
                Effect::EndsStatement => (operators, angles) = (0, 0),
                Effect::Separates => operators = 0,
                Effect::Operates | Effect::OpensAngle => {
                    operators += 1;
                    most.operators = most.operators.max(operators);
                    angles += u32::from(effect == Effect::OpensAngle);
                    most.angles = most.angles.max(angles);
                }
                // No arrow.
                Effect::ClosesAngle if at == 0 || bytes[at - 1] != b'=' => angles = angles.saturating_sub(1),
                Effect::ClosesAngle => {}
            }
        }
        most
    }
}

/// How many bytes can start a level; keywords nest too, and start like any word.
fn levels(bytes: &[u8]) -> usize {
    let starts = |byte: u8, before: u8| {
        matches!(byte, b'(' | b'[' | b'{' | b'!' | b'~' | b'-' | b'=' | b'?' | b':' | b'<' | b'*' | b'@')
            | matches!(byte, b'+' | b'|' | b'&' | b'/')
            | (byte.is_ascii_lowercase() & !before.is_ascii_alphanumeric())
    };
    let first = bytes.first().map_or(0, |&byte| usize::from(starts(byte, b' ')));
    let after = bytes.get(1..).unwrap_or_default();
    // So many at a time add up to a byte, which vectors do at once.
    let parts = after.chunks(255).zip(bytes.chunks(255));
    first
        + parts
            .map(|(bytes, before)| {
                bytes.iter().zip(before).map(|(&byte, &before)| u8::from(starts(byte, before))).sum::<u8>()
            })
            .map(usize::from)
            .sum::<usize>()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, levels: usize, brackets: u32, operators: u32, angles: u32) {
        let found = Nesting::of(text.as_bytes());
        let found = (found.levels, found.brackets, found.operators, found.angles);
        assert_eq!(found, (levels, brackets, operators, angles), "{text}");
        assert!(!many_angles(text) || angles > MAX_OPEN_ANGLES);
    }

    #[test]
    fn what_may_nest_is_counted() {
        check("", 0, 0, 0, 0);
        check("a", 1, 0, 0, 0);
        check("A1b", 0, 0, 0, 0);
        check("if (a) { b[c](d) }", 9, 2, 0, 0);
        check("x = !!a; y = ---b, -c", 13, 0, 4, 0);
        check("A<B<C>, D<E>>", 3, 0, 2, 2);
        check("a => b => c", 5, 0, 2, 0);
        check(&"(".repeat(1000), 1000, 1000, 0, 0);
        check(&"a+".repeat(1000), 2000, 0, 0, 0);
    }

    #[test]
    fn a_row_of_angles_is_seen() {
        let many = MAX_OPEN_ANGLES as usize + 1;
        assert!(many_angles(&"a<".repeat(many)));
        assert!(many_angles(&format!("f(a);{}", "a<".repeat(many))));
        assert!(!many_angles(&"a<".repeat(many - 1)));
        assert!(!many_angles(&"a<b>;".repeat(10 * many)));
        assert!(!many_angles(&"a<b>, ".repeat(10 * many)));
    }
}
