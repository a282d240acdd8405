//! A diagram in Graphviz's language. Its rules of quoting: <https://graphviz.org/doc/info/lang.html>

use std::io::{self, Write};

use super::diagram::Diagram;
use super::text::one_line;

/// Writes the diagram; the id of a node is its path, `.` for the root.
pub fn write(diagram: &Diagram<'_>, to: &mut dyn Write) -> io::Result<()> {
    for note in &diagram.notes {
        writeln!(to, "// {note}")?;
    }
    writeln!(to, "digraph \"{}\" {{", id(diagram.name))?;
    writeln!(to, "  rankdir=LR; ranksep=1; nodesep=0.15;")?;
    writeln!(
        to,
        "  node [shape=box, style=\"rounded,filled\", fillcolor=\"#eef2f7\", color=\"#8a94a6\", fontname=\"Helvetica\"];"
    )?;
    writeln!(to, "  edge [color=\"#8a94a6\", fontname=\"Helvetica\", fontsize=10];")?;
    for node in &diagram.nodes {
        let files = if node.files == 1 { "1 file".to_owned() } else { format!("{} files", node.files) };
        writeln!(to, "  \"{}\" [label=\"{}\", tooltip=\"{files}\"];", id(shown(node.path)), label(shown(node.path)))?;
    }
    for edge in &diagram.edges {
        let path = |index: usize| id(shown(diagram.nodes[index].path));
        // Thicker by one point each time the imports are four times as many.
        let width = 1.0 + f64::from(edge.imports).log2() / 2.0;
        let color = if edge.in_cycle { ", color=\"#c1121f\"" } else { "" };
        let (from, to_path, imports) = (path(edge.from), path(edge.to), edge.imports);
        writeln!(to, "  \"{from}\" -> \"{to_path}\" [label={imports}, weight={imports}, penwidth={width:.1}{color}];")?;
    }
    writeln!(to, "}}")
}

/// A path as it is shown.
pub fn shown(path: &str) -> &str {
    if path.is_empty() { "." } else { path }
}

/// Within quotes; `\\` stays two characters, so that no `\` is taken for the start of `\"`.
fn id(text: &str) -> String {
    one_line(text).replace('\\', "\\\\").replace('"', "\\\"")
}

/// Labels know `\n` and its like, and entities of HTML besides.
fn label(text: &str) -> String {
    id(text).replace('&', "&amp;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_ends_a_string() {
        assert_eq!(id("a\"b"), "a\\\"b");
        assert_eq!(id("a\\"), "a\\\\");
        assert_eq!(id("a\\\"b"), "a\\\\\\\"b");
        assert_eq!(id("a\nb\x1b"), "a\\\\nb\\\\x1b");
        assert_eq!(label("a&lt;"), "a&amp;lt;");
    }
}
