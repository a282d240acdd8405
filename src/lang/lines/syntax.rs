//! A language's comment and quote marks from `tokei`'s tables, arranged for lookup by first byte.

use std::sync::OnceLock;

use tokei::LanguageType;

/// A pair of marks that open and close a comment or a string.
pub(super) type Marks = (&'static str, &'static str);

/// What a mark does to the state where it is met outside strings and comments.
#[derive(Clone, Copy, Debug)]
pub(super) enum Effect {
    /// Opens a string, in which backslashes escape unless it is verbatim.
    Quote { end: &'static str, verbatim: bool },
    /// Opens a comment; `nests` is set for those that always nest, whatever the language allows.
    Comment { end: &'static str, nests: bool },
    /// The rest of the line is a comment.
    LineComment,
}

#[derive(Clone, Debug)]
pub(super) struct Mark {
    pub text: &'static str,
    pub effect: Effect,
}

/// The bytes at which a scan has to look closer, a bit for each state it can be in.
pub(super) mod stop {
    /// Outside strings and comments.
    pub const PLAIN: u8 = 1;
    /// In a comment.
    pub const COMMENT: u8 = 2;
    /// In a string.
    pub const QUOTE: u8 = 4;
    /// Begins some comment: not a stop but asked for at the start of a line.
    pub const OPENS_COMMENT: u8 = 8;
}

pub(super) struct Syntax {
    /// The [`stop`] bits of each byte.
    pub stops: [u8; 256],
    /// Every mark in the order `tokei` tries them; those of one first byte stand together.
    marks: Vec<Mark>,
    /// The range in `marks` for each first byte.
    marks_of: [(u8, u8); 256],
    pub line_comments: &'static [&'static str],
    /// Comments with two marks.
    pub comments: Vec<Marks>,
    /// A backslash before one of these hides it.
    pub quotes: &'static [Marks],
    /// `tokei` scans only lines that hold one of these; the rest it judges by their start.
    pub important: &'static [&'static str],
    /// Lines must be searched for `important` before they are scanned, because a scan could see more in them.
    pub ask_important: bool,
    /// Comments nest in themselves.
    pub nested: bool,
    /// Everything is prose, so a comment.
    pub literate: bool,
    /// A comment mark counts in the first column only.
    pub fixed_columns: bool,
    /// `///` and `//!` hold Markdown.
    pub doc_comments: bool,
    /// Some tags hold other languages.
    pub embeds: bool,
}

/// The syntax of `language`, built when first asked for.
pub(super) fn of(language: LanguageType) -> &'static Syntax {
    static ALL: OnceLock<Vec<OnceLock<Syntax>>> = OnceLock::new();
    let all = ALL.get_or_init(|| LanguageType::list().iter().map(|_| OnceLock::new()).collect());
    all[language as usize].get_or_init(|| Syntax::new(language))
}

impl Syntax {
    fn new(language: LanguageType) -> Self {
        let comments = [language.multi_line_comments(), language.nested_comments()].concat();
        let mut marks = marks(language);
        marks.sort_by_key(|mark| mark.text.as_bytes()[0]);
        let mut marks_of = [(0, 0); 256];
        for (mark, index) in marks.iter().zip(0..) {
            let range = &mut marks_of[mark.text.as_bytes()[0] as usize];
            *range = if range.1 == 0 { (index, index + 1) } else { (range.0, index + 1) };
        }
        let important = language.important_syntax();
        let fixed_columns = matches!(language, LanguageType::FortranLegacy | LanguageType::FortranModern);
        use LanguageType::*;
        let embeds = matches!(language, Html | RubyHtml | Svelte | Vue | GlimmerJs | GlimmerTs);
        let hidden_verbatim =
            language.verbatim_quotes().iter().any(|(start, _)| !important.iter().any(|mark| start.contains(mark)));
        Self {
            stops: stops(&marks, &comments, language.line_comments()),
            marks,
            marks_of,
            line_comments: language.line_comments(),
            comments,
            quotes: language.quotes(),
            important,
            ask_important: fixed_columns
                || hidden_verbatim
                || embeds
                || important.iter().any(|mark| mark.ends_with(' ')),
            nested: language.allows_nested(),
            literate: language.is_literate(),
            fixed_columns,
            doc_comments: language == LanguageType::Rust,
            embeds,
        }
    }

    /// The first mark, in `tokei`'s order, that `text` begins with.
    pub fn mark(&self, text: &[u8]) -> Option<&Mark> {
        let (start, end) = self.marks_of[*text.first()? as usize];
        self.marks[start as usize..end as usize].iter().find(|mark| text.starts_with(mark.text.as_bytes()))
    }

    /// The first comment with two marks whose start `text` begins with: start, end, and whether it always nests.
    pub fn comment(&self, text: &[u8]) -> Option<(&'static str, &'static str, bool)> {
        let (start, end) = self.marks_of[*text.first()? as usize];
        self.marks[start as usize..end as usize].iter().find_map(|mark| match mark.effect {
            Effect::Comment { end, nests } if text.starts_with(mark.text.as_bytes()) => Some((mark.text, end, nests)),
            _ => None,
        })
    }

    /// Whether `tokei` would scan this line.
    pub fn is_important(&self, line: &[u8]) -> bool {
        self.important.iter().any(|mark| memchr::memmem::find(line, mark.as_bytes()).is_some())
    }
}

fn marks(language: LanguageType) -> Vec<Mark> {
    let quote = |verbatim| move |&(text, end): &Marks| Mark { text, effect: Effect::Quote { end, verbatim } };
    let comment = |nests| move |&(text, end): &Marks| Mark { text, effect: Effect::Comment { end, nests } };
    // The same marks can stand in both lists of comments; `tokei` then lets them nest.
    let nests = |marks: &Marks| language.nested_comments().contains(marks);
    (language.doc_quotes().iter().map(quote(false)))
        .chain(language.verbatim_quotes().iter().map(quote(true)))
        .chain(language.quotes().iter().map(quote(false)))
        .chain(language.multi_line_comments().iter().map(|marks| comment(nests(marks))(marks)))
        .chain(language.nested_comments().iter().map(comment(true)))
        .chain(language.line_comments().iter().map(|&text| Mark { text, effect: Effect::LineComment }))
        .collect()
}

fn stops(marks: &[Mark], comments: &[Marks], line_comments: &[&str]) -> [u8; 256] {
    let mut stops = [0; 256];
    let mut set = |text: &str, bits| stops[text.as_bytes()[0] as usize] |= bits;
    set("\n", stop::PLAIN | stop::COMMENT | stop::QUOTE);
    set("\\", stop::PLAIN | stop::COMMENT | stop::QUOTE);
    for mark in marks {
        set(mark.text, stop::PLAIN);
        if let Effect::Quote { end, .. } = mark.effect {
            set(end, stop::QUOTE);
        }
    }
    for (start, end) in comments {
        set(start, stop::COMMENT | stop::OPENS_COMMENT);
        set(end, stop::COMMENT);
    }
    for start in line_comments {
        set(start, stop::OPENS_COMMENT);
    }
    stops
}
