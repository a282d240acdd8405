//! The names of functions and modules as senders write them, taken apart.

/// What is longer says nothing more.
const MAX_BYTES: usize = 1024;

/// What engines put before the name of a function.
const PREFIXES: [&str; 7] = ["async ", "async*", "get ", "set ", "static ", "bound ", "function "];

/// Functions that have no name of their own.
const ANONYMOUS: [&str; 6] = ["<lambda>", "<listcomp>", "<setcomp>", "<dictcomp>", "<genexpr>", "<anonymous>"];

/// A qualified name: `Class.method`, `crate::Type<T>::method`, `pkg.(*T).Method`, `Outer.<locals>.inner`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Name<'a> {
    /// Its parts, the outermost first, without what is generic or only says where a function stands.
    pub segments: Vec<&'a str>,
    /// The code of a whole module.
    pub is_module: bool,
    /// A function without a name, within the one that is named.
    pub is_anonymous: bool,
}

impl<'a> Name<'a> {
    /// Takes a name apart, whatever its language.
    pub fn read(text: &'a str) -> Self {
        let mut name = Self::default();
        let mut text = text[..text.floor_char_boundary(MAX_BYTES)].trim();
        while let Some(rest) = PREFIXES.iter().find_map(|prefix| text.strip_prefix(prefix)) {
            text = rest;
        }
        let class = text.strip_prefix("new ");
        text = class.unwrap_or(text);
        // V8 names the property that was called too: `Layer.handle [as handle_request]`.
        text = text.find(" [").map_or(text, |end| &text[..end]);
        // What Firefox writes for a function within `f`.
        while let Some(outer) = text.strip_suffix("/<").or_else(|| text.strip_suffix('/')) {
            (text, name.is_anonymous) = (outer, true);
        }
        let is_inner = name.is_anonymous;
        name.add(text);
        name.is_anonymous |= is_inner;
        if class.is_some() && !name.segments.is_empty() {
            name.segments.push("constructor");
        }
        name
    }

    /// The innermost name.
    pub fn last(&self) -> Option<&'a str> {
        self.segments.last().copied()
    }

    fn add(&mut self, text: &'a str) {
        let text = self.receiver(text);
        // In which `func1` is a name like others.
        let is_python = text.contains("<locals>");
        // Go's names begin with the path of the package; a type's arguments may hold paths too.
        let plain = text.find(['[', '(', '<']).unwrap_or(text.len());
        let start = text[..plain].rfind('/').map_or(0, |slash| slash + 1);
        let (bytes, mut start, mut at) = (text.as_bytes(), start, start);
        while at < bytes.len() {
            match bytes[at] {
                b'.' | b':' | b'#' | b'\\' => {
                    self.push(&text[start..at], is_python);
                    at += 1;
                    start = at;
                }
                b'<' | b'[' | b'{' => {
                    self.push(&text[start..at], is_python);
                    let end = closing(bytes, at);
                    self.bracket(&text[at..end]);
                    (at, start) = (end, end);
                }
                b'(' if bytes.get(at + 1) == Some(&b'*') => {
                    self.push(&text[start..at], is_python);
                    at += 2;
                    start = at;
                }
                b')' => {
                    self.push(&text[start..at], is_python);
                    at += 1;
                    start = at;
                }
                // Parameters, as .NET writes them.
                b'(' => break,
                _ => at += 1,
            }
        }
        self.push(&text[start..at], is_python);
    }

    /// The type of Rust's `<Type as Trait>::method`; returns what follows.
    fn receiver(&mut self, text: &'a str) -> &'a str {
        let end = if text.starts_with('<') { closing(text.as_bytes(), 0) } else { 0 };
        let Some(rest) = text[end..].strip_prefix("::").filter(|_| end > 2) else { return text };
        let inside = &text[1..end - 1];
        let of = inside.find(" as ").map_or(inside, |end| &inside[..end]);
        self.add_type(of.trim_start_matches(['&', '*', ' ']).trim_start_matches("mut ").trim_start_matches("dyn "));
        rest
    }

    fn add_type(&mut self, text: &'a str) {
        let end = text.find(['<', '(', '[', ' ']).unwrap_or(text.len());
        text[..end].split("::").for_each(|segment| self.push(segment, false));
    }

    fn push(&mut self, segment: &'a str, is_python: bool) {
        let segment = segment.trim();
        if segment.is_empty() || is_hash(segment) {
            return;
        }
        self.is_anonymous = !self.segments.is_empty() && !is_python && is_go_closure(segment);
        if !self.is_anonymous {
            self.segments.push(segment);
        }
    }

    fn bracket(&mut self, text: &'a str) {
        self.is_module |= text == "<module>";
        self.is_anonymous |= ANONYMOUS.contains(&text) || text.starts_with("{closure") || text.starts_with("{{closure");
    }
}

/// After the bracket that closes the one at `open`, or the end.
fn closing(bytes: &[u8], open: usize) -> usize {
    let mut depth = 0_usize;
    for (at, byte) in bytes.iter().enumerate().skip(open) {
        match byte {
            b'<' | b'[' | b'{' => depth += 1,
            // That of `->` closes nothing.
            b'>' if bytes[at - 1] == b'-' => {}
            b'>' | b']' | b'}' => {
                depth -= 1;
                if depth == 0 {
                    return at + 1;
                }
            }
            _ => {}
        }
    }
    bytes.len()
}

/// What rustc's older mangling adds.
fn is_hash(segment: &str) -> bool {
    segment.len() == 17 && segment.starts_with('h') && segment[1..].bytes().all(|byte| byte.is_ascii_hexdigit())
}

fn is_go_closure(segment: &str) -> bool {
    let digits = segment.strip_prefix("func").or_else(|| segment.strip_prefix("gowrap")).unwrap_or(segment);
    !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expect: &str) {
        let name = Name::read(text);
        let marks = [(name.is_module, " (module)"), (name.is_anonymous, " (anonymous)")];
        let marks = marks.into_iter().filter_map(|(is, mark)| is.then_some(mark));
        assert_eq!(name.segments.join(" ") + &marks.collect::<String>(), expect, "{text}");
    }

    #[test]
    fn python() {
        check("f", "f");
        check("pkg.mod.Class.method", "pkg mod Class method");
        check("f.<locals>.inner", "f inner");
        check("f.<locals>.<lambda>", "f (anonymous)");
        check("f.<locals>.func1", "f func1");
        check("<listcomp>", " (anonymous)");
        check("<module>", " (module)");
    }

    #[test]
    fn rust() {
        check("myapp::db::Pool::get", "myapp db Pool get");
        check("myapp::run::{{closure}}::h0123456789abcdef", "myapp run (anonymous)");
        check("myapp::run::{closure#0}", "myapp run (anonymous)");
        check("<myapp::Foo<T> as core::fmt::Display>::fmt", "myapp Foo fmt");
        check("<&mut a::B>::go", "a B go");
        check("core::iter::Map<I, fn(A) -> B>::next", "core iter Map next");
        check("a::b::<impl a::C for D>::e", "a b e");
    }

    #[test]
    fn scripts() {
        check("async handler", "handler");
        check("new Cart", "Cart constructor");
        check("Layer.handle [as handle_request]", "Layer handle");
        check("Object.<anonymous>", "Object (anonymous)");
        check("fetchAll/</<", "fetchAll (anonymous)");
        check("Foo.#secret", "Foo secret");
    }

    #[test]
    fn others() {
        check("github.com/acme/shop/cart.(*Cart).Add", "cart Cart Add");
        check("main.run.func1", "main run (anonymous)");
        check("main.Map[github.com/a/b.K].Get", "main Map Get");
        check("com.acme.shop.OrderService.place", "com acme shop OrderService place");
        check("Acme.Shop.Orders.Place(Order o, Int32 n)", "Acme Shop Orders Place");
        check("App\\Http\\UserController::index", "App Http UserController index");
    }

    #[test]
    fn nonsense_is_no_name() {
        check("", "");
        check("::..::", "");
        check("<<<<<<", "");
        check(")))]]]>>>", "]]]>>>");
        check(&"ä.".repeat(5000), &["ä"; 341].join(" "));
    }
}
