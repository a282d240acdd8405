//! Python sources become facts: imports, functions, classes. Knows neither the file's name nor its package.

mod depth;
mod dynamic;
mod head;
mod imports;
mod lines;
mod visit;

use ruff_python_parser::{Mode, ParseOptions, Parsed, parse_unchecked};
use ruff_text_size::Ranged;
use tokei::LanguageType;

pub use imports::{Import, ImportForm, PythonFacts, name_hash};

use crate::lang::{Detail, Diagnostic, Facts, MAX_DIAGNOSTICS, Wanted};

pub(super) fn extract(text: &str, _language: LanguageType, wanted: Wanted) -> Facts {
    if u32::try_from(text.len()).is_err() {
        return Facts::unparsed("larger than 4 GiB, not parsed");
    }
    let all = || parse(text).unwrap_or_else(|| Facts::unparsed("nested too deeply, not parsed"));
    match wanted {
        Wanted::Everything => all(),
        Wanted::Imports => head(text).unwrap_or_else(all),
    }
}

/// The facts of a text's head, if it is more than a part of a statement.
fn head(text: &str) -> Option<Facts> {
    let is_whole = |facts: &Facts| facts.diagnostics.is_empty();
    let head = head::with_imports(text);
    if head.len() == text.len() {
        return None;
    }
    let of_head = parse(head).filter(is_whole);
    of_head.or_else(|| {
        let longer = head::with_handlers(text, head);
        if longer.len() > head.len() { parse(longer).filter(is_whole) } else { None }
    })
}

/// `None` for what nests too deeply.
fn parse(text: &str) -> Option<Facts> {
    if depth::is_too_deep(text) {
        return None;
    }
    let parsed = parse_unchecked(text, ParseOptions::from(Mode::Module));
    let diagnostics = diagnostics(text, &parsed);
    let Some(module) = parsed.syntax().as_module() else {
        return Some(Facts { diagnostics, ..Facts::default() });
    };
    let found = visit::visit_module(text, &module.body);
    Some(Facts {
        functions: found.functions,
        classes: found.classes,
        abstract_classes: found.abstract_classes,
        detail: Detail::Python(Box::new(found.detail)),
        computed_imports: found.computed_imports.into(),
        is_program: found.is_program,
        diagnostics,
        ..Facts::default()
    })
}

fn diagnostics<T>(text: &str, parsed: &Parsed<T>) -> Vec<Diagnostic> {
    let mut lines = lines::Lines::new(text);
    let errors = parsed.errors().iter().take(MAX_DIAGNOSTICS);
    errors
        .map(|error| Diagnostic {
            line: lines.line_of(error.range().start()),
            message: format!("syntax error: {}", lower_first(&error.error.to_string())).into(),
        })
        .collect()
}

fn lower_first(message: &str) -> String {
    let mut chars = message.chars();
    chars.next().map(|first| first.to_lowercase().chain(chars).collect()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn facts(text: &str) -> Facts {
        extract(text, LanguageType::Python, Wanted::Everything)
    }

    /// Imports as text, one a line: `line kind level module name`.
    #[track_caller]
    fn check_imports(text: &str, expect: &[&str]) {
        let facts = facts(text);
        let Detail::Python(detail) = &facts.detail else { panic!("not parsed: {:?}", facts.diagnostics) };
        let actual: Vec<_> = detail
            .imports()
            .map(|import| {
                let exported = if import.exported { " exported" } else { "" };
                let name = match import.form {
                    ImportForm::Module => String::new(),
                    ImportForm::Member(name) => format!(" {name}"),
                    ImportForm::Star => " *".into(),
                };
                let dots = ".".repeat(import.level as usize);
                format!("{} {} {dots}{}{name}{exported}", import.line, import.kind.name(), import.module)
            })
            .collect();
        assert_eq!(actual, expect);
    }

    /// Functions as text: `name line-end complexity/nesting`.
    #[track_caller]
    fn check_functions(text: &str, expect: &[&str]) {
        let actual: Vec<_> = facts(text)
            .functions
            .iter()
            .map(|f| format!("{} {}-{} {}/{}", f.name, f.line, f.end_line, f.complexity, f.nesting))
            .collect();
        assert_eq!(actual, expect);
    }

    #[test]
    fn absolute_imports_have_a_line_for_each_alias() {
        check_imports("import a.b as c, d\n", &["1 runtime a.b", "1 runtime d"]);
        check_imports("from a import (\n  b,\n  c as x,\n)\n", &["2 runtime a b", "3 runtime a c"]);
        check_imports("\u{feff}import a\r\nimport b\r\n", &["1 runtime a", "2 runtime b"]);
    }

    #[test]
    fn relative_imports_keep_their_level() {
        check_imports(
            "from . import a\nfrom ..b.c import d\nfrom ... import e",
            &["1 runtime . a", "2 runtime ..b.c d", "3 runtime ... e"],
        );
    }

    #[test]
    fn imports_in_functions_and_handlers_are_runtime() {
        check_imports("def f():\n import a\n", &["2 runtime a"]);
        check_imports("try:\n import a\nexcept E:\n import b\n", &["2 runtime a", "4 runtime b"]);
    }

    #[test]
    fn type_checking_blocks_are_type_only() {
        check_imports(
            "if TYPE_CHECKING:\n import a\nelse:\n import b\nimport c",
            &["2 type-only a", "4 runtime b", "5 runtime c"],
        );
        check_imports("if typing.TYPE_CHECKING and X:\n from a import *", &["2 type-only a * exported"]);
        check_imports(
            "if not TYPE_CHECKING:\n import a\nelif X:\n import b\nelse:\n import c",
            &["2 runtime a", "4 type-only b", "6 type-only c"],
        );
        check_imports("if X:\n import a\nelif TYPE_CHECKING:\n import b", &["2 runtime a", "4 type-only b"]);
    }

    #[test]
    fn literal_arguments_of_import_calls_are_dynamic() {
        check_imports(
            "import importlib\nx = importlib.import_module('a.b')\n__import__('c')\nimport_module(name)",
            &["1 runtime importlib", "2 dynamic a.b", "3 dynamic c"],
        );
        check_imports("importlib.import_module('.x', __package__)", &["1 dynamic . x"]);
        check_imports("importlib.import_module('..y.x', package=__name__)", &["1 dynamic ..y x"]);
        check_imports("importlib.import_module('.x', 'p')", &["1 dynamic p.x"]);
        check_imports("import_module('..x.y', package='p.q.r')", &["1 dynamic p.q.x.y"]);
        check_imports("import_module('...x', 'p')\nimport_module('.x', 'p q')\nimport_module('.x')", &[]);
        check_imports(
            "from importlib import import_module as im\nim('p.x')\nim('.y', 'p')\nother('p.z')",
            &["1 runtime importlib import_module", "2 dynamic p.x", "3 dynamic p.y"],
        );
        check_imports(
            "import importlib as il\nil.import_module('p.x')\nil.reload('p.y')\nother.import_module('p.z')",
            &["1 runtime importlib", "2 dynamic p.x"],
        );
        check_imports("importlib.import_module('.x', other)\nimportlib.import_module('a b')", &[]);
    }

    #[test]
    fn exported_names() {
        check_imports(
            "from .a import x as x, y as z, w\nfrom .b import *\nfrom .c import v\n__all__ = ['w']\n__all__ += ('v',)",
            &[
                "1 runtime .a x exported",
                "1 runtime .a y",
                "1 runtime .a w exported",
                "2 runtime .b * exported",
                "3 runtime .c v exported",
            ],
        );
        check_imports("__all__ = a.__all__ + ['q']\nfrom .a import p as q", &["2 runtime .a p exported"]);
    }

    #[test]
    fn functions_are_qualified() {
        check_functions(
            "@dec\ndef f():\n  def g(): pass\nclass A:\n  class B:\n    async def m(self):\n      return 1\n",
            &["f 2-3 1/0", "f.g 3-3 1/0", "A.B.m 6-7 1/0"],
        );
        assert_eq!(facts("class A:\n class B: pass\ndef f():\n class C: pass\n").classes, 3);
    }

    #[test]
    fn complexity_is_radons() {
        check_functions("def f(a):\n if a: pass\n elif b and c or d: pass\n else: pass", &["f 1-4 5/1"]);
        check_functions("def f(x):\n for i in x: pass\n else: pass\n while x: pass", &["f 1-4 4/1"]);
        check_functions(
            "def f():\n try: a()\n except A: b()\n except B: c()\n else: d()\n finally: e()",
            &["f 1-6 4/1"],
        );
        check_functions("def f(x):\n return [a for a in x if a if b]", &["f 1-2 4/0"]);
        check_functions("def f(x):\n return (lambda: 1 if x else 2)", &["f 1-2 2/0"]);
        check_functions("def f(x):\n assert x and y, 1 if x else 2", &["f 1-2 2/0"]);
        check_functions(
            "def f(x):\n match x:\n  case 1: pass\n  case [a] if a and b: pass\n  case _: pass",
            &["f 1-5 4/1"],
        );
        check_functions(
            "def f(x=1 if a else 2):\n def g():\n  if x: pass\n return f'{a or b}'",
            &["f 1-4 2/0", "f.g 2-3 2/1"],
        );
    }

    /// Cognitive complexity of the functions, in source order.
    #[track_caller]
    fn check_cognitive(text: &str, expect: &[u32]) {
        assert_eq!(facts(text).functions.iter().map(|f| f.cognitive).collect::<Vec<_>>(), expect);
    }

    #[test]
    fn cognitive_complexity_is_campbells() {
        check_cognitive("def f():\n if a:\n  pass\n elif b:\n  pass\n else:\n  pass", &[3]);
        check_cognitive("def f():\n if a:\n  for x in y:\n   while z:\n    pass", &[1 + 2 + 3]);
        check_cognitive(
            "def f():\n try:\n  if a: pass\n except E:\n  if b: pass\n finally:\n  if c: pass",
            &[1 + 1 + 2 + 1],
        );
        check_cognitive("def f():\n for x in y:\n  pass\n else:\n  if z: pass", &[1 + 1 + 2]);
        check_cognitive("def f():\n return 1 if a else (2 if b else 3)", &[1 + 2]);
        check_cognitive("def f():\n with a:\n  if b: pass", &[1]);
        check_cognitive("def f():\n match a:\n  case 1: pass\n  case 2:\n   if b: pass", &[1 + 2]);
        check_cognitive("def f():\n return lambda: 1 if a else 2", &[2]);
        check_cognitive("def f():\n if a:\n  def g():\n   if b: pass\n  if c: pass", &[1 + 2, 1]);
    }

    #[test]
    fn runs_of_like_operators_count_once() {
        check_cognitive("def f():\n return a and b and c", &[1]);
        check_cognitive("def f():\n return a and b or c and d", &[3]);
        check_cognitive("def f():\n return a and (b or c) and d", &[3]);
        check_cognitive("def f():\n return a and not (b and c)", &[2]);
        check_cognitive("def f():\n return g(a and b) and c, d and e", &[3]);
        check_cognitive("def f():\n return a and b == (c and d) and e", &[2]);
    }

    #[test]
    fn abstract_classes_are_those_to_be_implemented() {
        let count = |text: &str| facts(text).abstract_classes;
        assert_eq!(count("class A(ABC): pass\nclass B(abc.ABC): pass\nclass C(typing.Protocol[T]): pass"), 3);
        assert_eq!(count("class A(metaclass=ABCMeta): pass\nclass B:\n @abstractmethod\n def f(self): ..."), 2);
        assert_eq!(count("class A(B): pass\nclass C:\n def abc(self): pass"), 0);
    }

    #[test]
    fn nesting_counts_blocks() {
        check_functions(
            "def f():\n with a:\n  for b in c:\n   if d: pass\n   elif e: pass\n if g: pass",
            &["f 1-6 5/3"],
        );
    }

    #[test]
    fn broken_files_keep_their_facts() {
        let facts = facts("import a\ndef f(:\n  pass\n)\nimport b\n");
        assert!(!facts.diagnostics.is_empty());
        assert_eq!(facts.diagnostics[0].line, 2);
        let Detail::Python(detail) = &facts.detail else { panic!() };
        assert_eq!(detail.imports().map(|import| import.module).collect::<Vec<_>>(), ["a", "b"]);
        assert!(
            super::extract(&")\n".repeat(100), LanguageType::Python, Wanted::Everything).diagnostics.len()
                <= MAX_DIAGNOSTICS
        );
    }

    #[track_caller]
    fn check_head(text: &str) {
        let head = super::extract(text, LanguageType::Python, Wanted::Imports);
        let (Detail::Python(all), Detail::Python(head)) = (facts(text).detail, head.detail) else {
            panic!("not parsed: {text}")
        };
        assert_eq!(all.imports().collect::<Vec<_>>(), head.imports().collect::<Vec<_>>(), "{text}");
        assert_eq!((all.extends_path, all.loads_by_name), (head.extends_path, head.loads_by_name), "{text}");
    }

    #[test]
    fn imports_are_the_same_without_what_follows_them() {
        for text in [
            "",
            "x = 1\n",
            "import a\nx = (1,\n2)\n",
            "from a import (\n  b,\n  c,  # d)\n  e\n)\ndef f(): pass\n",
            "from a import (\n  b_import,\n  c,\n)\nx = 1\n",
            "from a import b, \\\n  c\nx = 1\n",
            "try:\n  import a\nexcept E:\n  b = 1\n",
            "if TYPE_CHECKING:\n  import a\nelse:\n  b = 1\n",
            "import a; x = '''\nimport\n'''\nfrom . import b as b\ny = '''\nsome import\n'''\n",
            "from .a import b, c\nx = 1\n__all__ = ['b',\n 'c']\ny = 2\n",
            "from .a import b\n__all__ = ['x(#',\n 'b']\ny = 2\n",
            "def f():\n  import a\n  return a\n\nclass B:\n  pass\n",
            "import importlib\nx = importlib.import_module(\n 'a.b'\n)\ny = 1\n",
            "import importlib\nx = importlib.import_module(name)\n",
            "from pkgutil import extend_path\nx = 1\n__path__ = extend_path(__path__, __name__)\ny = 1\n",
            "import pkgutil\nfor m in pkgutil.walk_packages(__path__): pass\n",
            "# import\nimport a\n# the last import\n",
            "import a\nx = [b_import,\n import_c]\n",
            "import a\ndef f():\n  '''Important: to import it.\n\n  import x'''\n  imported = reimport(a)\n  return (1,\n    2)\n",
            "try:\n  import a\n  x = 1\n\n# why\nexcept E:\n  b = 1\n\n  c = 2\nelse:\n  d = 3\nx = (1,\n2)\n",
            "def f():\n  try:\n    if a:\n      import b\n    c = (1,\n2)\n  finally:\n    pass\n\n  try:\n    x\n  except E: pass\ny = 1\n",
            "try:\n  try: import a\n  except E: x = 1\nfinally:\n  z = 1\ny = [1,\n2]\n",
            "def f():\n  try:\n    from a import (\n      b,\n    )\n  except E:\n    pass\nclass C: pass\n",
            "x = 1; import a; y = 2\nif x: import b\nelse: from c import d\nz = (1,\n2)\n",
            "from a \\\n  .b import c\nfrom d \\\n  import e\nz = [\n1]\n",
            "x = 1\rimport a\rz = (1,\r2)\r",
            "\u{feff}import a\nz = (1,\n2)\n",
            "from importlib import import_module as im\nx = 1\ny = im('a.b')\n",
            "from importlib import (\n  import_module as im,\n)\nimport a\ny = im('a.b')\n",
            "import importlib as il, a\nx = 1\ny = il.import_module('a.b')\n",
            "import builtins as b\ny = b.__import__('a')\nz = (1,\n2)\n",
            "from .a import b\n__import__('c')\nz = (1,\n2)\n",
            "f(a)(importlib\n.import_module('b'))\nz = (1,\n2)\n",
        ] {
            check_head(text);
            check_head(text.trim_end());
        }
    }

    #[test]
    fn legacy_namespace_packages_are_seen() {
        let is_legacy = |text: &str| match facts(text).detail {
            Detail::Python(detail) => detail.extends_path,
            _ => panic!("not parsed"),
        };
        assert!(is_legacy("__path__ = __import__('pkgutil').extend_path(__path__, __name__)"));
        assert!(is_legacy("try:\n import pkg_resources\n pkg_resources.declare_namespace(__name__)\nexcept E: pass"));
        assert!(!is_legacy("import pkgutil"));
    }

    /// Parses on a stack like that of the tool's workers, and tells whether the text was refused.
    fn is_refused(text: String) -> bool {
        let work = move || facts(&text).diagnostics.iter().any(|it| it.message.contains("too deeply"));
        let thread = std::thread::Builder::new().stack_size(256 << 20).spawn(work).expect("a stack");
        thread.join().expect("no panic")
    }

    #[test]
    fn deep_texts_are_refused() {
        for (open, close) in [
            ("(", ")"),
            ("[", "]"),
            ("{", "}"),
            ("f(", ")"),
            ("not ", ""),
            ("- ", ""),
            ("lambda: ", ""),
            ("await ", ""),
            ("a if b else ", ""),
            ("a ** ", ""),
            ("1+", ""),
            ("f'{", "}'"),
        ] {
            let (open_all, close_all) = (open.repeat(200_000), close.repeat(200_000));
            assert!(is_refused(format!("x = {open_all}a{close_all}\n")), "{open}");
            assert!(is_refused(format!("x = {open_all}a\n")), "{open} left open");
        }
        assert!(is_refused(format!("x = a{}\n", ".b".repeat(200_000))));
        assert!(!is_refused((0..3_000).map(|i| format!("{}if a:\n", " ".repeat(i))).collect()));
    }

    #[test]
    fn long_texts_are_parsed() {
        assert!(!is_refused(format!("if a: pass\n{}else: pass\n", "elif b: pass\n".repeat(200_000))));
        assert!(!is_refused(format!("x = [{}]\n", "1, ".repeat(1_500_000))));
    }
}
