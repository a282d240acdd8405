//! A diagram in Mermaid's language, within what GitHub draws.

use std::cmp::Reverse;
use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::io::{self, Write};

use super::diagram::{Diagram, Edge};
use super::dot::shown;
use super::text::one_line;

/// Mermaid refuses more than 500 (`maxEdges`), and GitHub does not let a diagram change that.
const MAX_EDGES: usize = 490;
/// Mermaid refuses more than 50,000 (`maxTextSize`).
const MAX_BYTES: usize = 49_000;

/// Writes as much of the diagram as fits, the strongest edges first.
pub fn write(diagram: &Diagram<'_>, to: &mut dyn Write) -> io::Result<()> {
    let mut strongest: Vec<_> = diagram.edges.iter().collect();
    strongest.sort_by_key(|edge| Reverse(edge.imports));
    strongest.truncate(MAX_EDGES);
    let mut nodes = diagram.nodes.len();
    loop {
        let text = text(diagram, &strongest, nodes);
        if text.len() <= MAX_BYTES || strongest.is_empty() && nodes == 0 {
            return to.write_all(text.as_bytes());
        }
        strongest.truncate(strongest.len() * 9 / 10);
        // Without edges only the nodes can give way.
        if strongest.is_empty() {
            nodes = nodes * 9 / 10;
        }
    }
}

/// The diagram with these edges and their nodes, or without edges and with its first `nodes`.
fn text(diagram: &Diagram<'_>, edges: &[&Edge], nodes: usize) -> String {
    let mut text = String::new();
    // A string takes everything.
    for note in &diagram.notes {
        let _ = writeln!(text, "%% {note}");
    }
    let mut edges = edges.to_vec();
    edges.sort_by_key(|edge| (edge.from, edge.to));
    let ends: BTreeSet<_> = edges.iter().flat_map(|edge| [edge.from, edge.to]).collect();
    let shown_nodes: Vec<_> = (0..diagram.nodes.len())
        .filter(|&node| match edges.is_empty() {
            true => node < nodes,
            false => ends.contains(&node),
        })
        .collect();
    if edges.len() < diagram.edges.len() || shown_nodes.len() < diagram.nodes.len() {
        let left_out = [
            (diagram.edges.len() - edges.len(), "edges, the weakest"),
            (diagram.nodes.len() - shown_nodes.len(), "nodes"),
        ];
        let left_out = left_out.iter().filter(|(count, _)| *count > 0).map(|(count, what)| format!("{count} {what}"));
        let _ = writeln!(text, "%% left out, as Mermaid draws no more: {}", left_out.collect::<Vec<_>>().join("; "));
    }
    text.push_str("flowchart LR\n");
    for node in shown_nodes {
        let _ = writeln!(text, "  n{node}[\"{}\"]", label(shown(diagram.nodes[node].path)));
    }
    for edge in &edges {
        let _ = writeln!(text, "  n{} -->|{}| n{}", edge.from, edge.imports, edge.to);
    }
    let in_cycle: Vec<_> =
        edges.iter().zip(0..).filter(|(edge, _)| edge.in_cycle).map(|(_, at)| at.to_string()).collect();
    if !in_cycle.is_empty() {
        let _ = writeln!(text, "  linkStyle {} stroke:#c1121f,color:#c1121f", in_cycle.join(","));
    }
    text
}

/// Within quotes. Whatever might mean something to Mermaid, Markdown or HTML is written by its number.
fn label(path: &str) -> String {
    one_line(path).chars().fold(String::new(), |mut label, char| {
        if char.is_alphanumeric() || matches!(char, '/' | '.' | '_' | '-' | ' ' | '@' | '+' | ',' | '(' | ')') {
            label.push(char);
        } else {
            let _ = write!(label, "#{};", char as u32);
        }
        label
    })
}
