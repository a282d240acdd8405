//! The layers: data flows one way, and a module imports only what stands above it.

use std::fs;
use std::path::{Path, PathBuf};

use ra_ap_parser::{Edition, LexedStr, SyntaxKind};

/// From a folder to the command line, as in `CONTRIBUTING.md`.
const LAYERS: [&str; 18] = [
    "scan",
    "lang",
    "resolve",
    "graph",
    "history",
    "telemetry",
    "metrics",
    "analysis",
    "query",
    "export",
    "rules",
    "city",
    "stream",
    "source",
    "output",
    "session",
    "serve",
    "cli",
];
const PRINTING: [&str; 5] = ["print", "println", "eprint", "eprintln", "dbg"];

struct Source {
    layer: &'static str,
    path: PathBuf,
    /// Modules between the crate and the file's own content.
    depth: usize,
    /// What is no white space, comment or literal.
    tokens: Vec<String>,
}

fn sources() -> Vec<Source> {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let files = walkdir::WalkDir::new(&src).into_iter().map(Result::unwrap);
    let files = files.filter(|file| file.path().extension().is_some_and(|suffix| suffix == "rs"));
    let sources = files.filter_map(|file| source(file.path().strip_prefix(&src).unwrap(), file.path()));
    sources.collect()
}

/// `None` for the roots of library and program.
fn source(path: &Path, file: &Path) -> Option<Source> {
    let parts: Vec<_> = path.iter().map(|part| part.to_str().unwrap()).collect();
    let first = parts[0].trim_end_matches(".rs");
    if parts.len() == 1 && ["lib", "main"].contains(&first) {
        return None;
    }
    let Some(layer) = LAYERS.iter().find(|layer| **layer == first) else { panic!("src/{first} is in no layer") };
    let depth = parts.len() - usize::from(parts.last() == Some(&"mod.rs"));
    Some(Source { layer, path: path.to_owned(), depth, tokens: tokens(&fs::read_to_string(file).unwrap()) })
}

fn tokens(text: &str) -> Vec<String> {
    let lexed = LexedStr::new(Edition::Edition2024, text);
    let is_code = |&index: &usize| {
        let kind = lexed.kind(index);
        !kind.is_trivia() && !kind.is_literal() && kind != SyntaxKind::EOF
    };
    (0..lexed.len()).filter(is_code).map(|index| lexed.text(index).to_owned()).collect()
}

impl Source {
    /// Layers that are named after `crate::`, or after as many `super::` as lead to the crate.
    fn uses(&self) -> Vec<&'static str> {
        let mut found = Vec::new();
        // Test modules in a file, and their like, are one `super` deeper.
        let (mut braces, mut inside) = (0_usize, Vec::new());
        for (at, token) in self.tokens.iter().enumerate() {
            match token.as_str() {
                "{" => {
                    braces += 1;
                    if at >= 2 && self.tokens[at - 2] == "mod" {
                        inside.push(braces);
                    }
                }
                "}" => {
                    inside.pop_if(|opened| *opened == braces);
                    braces = braces.saturating_sub(1);
                }
                "crate" => found.extend(named_after(&self.tokens[at + 1..])),
                "super" if at < 3 || self.tokens[at - 3] != "super" => {
                    let supers = self.tokens[at..].chunks(3).take_while(|chunk| chunk[0] == "super").count();
                    if supers >= self.depth + inside.len() {
                        found.extend(named_after(&self.tokens[at + 3 * supers - 2..]));
                    }
                }
                _ => {}
            }
        }
        found
    }
}

/// The layers after `::`, one or a group in braces.
fn named_after(tokens: &[String]) -> Vec<&'static str> {
    let [first, second, rest @ ..] = tokens else { return Vec::new() };
    if first != ":" || second != ":" {
        return Vec::new();
    }
    let mut names = Vec::new();
    let mut depth = 0;
    for (at, token) in rest.iter().enumerate() {
        match token.as_str() {
            "{" => depth += 1,
            "}" => depth -= 1,
            name if at == 0 || depth == 1 && ["{", ","].contains(&rest[at - 1].as_str()) => {
                names.extend(LAYERS.iter().find(|layer| **layer == name));
            }
            _ => {}
        }
        if depth == 0 {
            break;
        }
    }
    names
}

fn position(layer: &str) -> usize {
    LAYERS.iter().position(|other| *other == layer).unwrap()
}

#[track_caller]
fn check_uses(text: &str, expect: &[&str]) {
    let source = Source { layer: "city", path: PathBuf::from("city/a.rs"), depth: 2, tokens: tokens(text) };
    assert_eq!(source.uses(), expect, "{text}");
}

#[test]
fn imports_are_found() {
    check_uses("use crate::scan::FileId;", &["scan"]);
    check_uses("use crate::{lang::{self, graph}, stream, x::cli};", &["lang", "stream"]);
    check_uses("fn f() { crate::serve::g(); }", &["serve"]);
    check_uses("use super::graph; use super::super::cli::x;", &["cli"]);
    check_uses("mod tests { use super::super::cli; } use super::super::serve;", &["serve"]);
    check_uses("mod tests { use super::super::super::{cli, a::scan}; }", &["cli"]);
    check_uses("// crate::cli\nconst A: &str = \"crate::cli\";", &[]);
}

#[test]
fn a_module_imports_only_what_stands_above_it() {
    let mut wrong = Vec::new();
    for source in sources() {
        let below = source.uses().into_iter().filter(|used| position(used) > position(source.layer));
        wrong.extend(below.map(|used| format!("{} uses {used}", source.path.display())));
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn only_stream_and_below_name_rerun() {
    let above = sources().into_iter().filter(|source| position(source.layer) < position("stream"));
    let names_rerun = |source: &Source| {
        let is_rerun = |token: &String| token == "rerun" || token.starts_with("re_") || token == "arrow";
        // The crate `parquet` has a module `arrow` of its own.
        let is_within = |at: usize| at >= 3 && source.tokens[at - 3] == "parquet";
        let mut pairs = source.tokens.windows(2).enumerate();
        pairs.any(|(at, pair)| is_rerun(&pair[0]) && pair[1] == ":" && !is_within(at))
    };
    let wrong: Vec<_> = above.filter(names_rerun).map(|source| source.path).collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn only_the_command_line_prints() {
    let others = sources().into_iter().filter(|source| source.layer != "cli");
    let prints =
        |source: &Source| source.tokens.windows(2).any(|pair| PRINTING.contains(&pair[0].as_str()) && pair[1] == "!");
    let wrong: Vec<_> = others.filter(prints).map(|source| source.path).collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
}
