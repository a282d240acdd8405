//! What starts or uses a file from outside its repository's own imports. Each resolver knows the notions of its languages;
//! here is what they share.

mod place;

use rustc_hash::FxHashMap;
use tokei::LanguageType;

pub use place::Place;

use super::{Resolution, Sources};
use crate::lang::{Family, family};
use crate::scan::FileId;

/// Why a file is used although no file may import it. Of several that hold for a file, the first in this order counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Entry {
    /// A program that is installed or built.
    Binary,
    /// What users of the package import.
    Library,
    /// A page of a site, or a script that one loads.
    Page,
    /// A script that runs in a thread of its own: a web worker, a service worker.
    Worker,
    /// Loaded by its name or place by the framework or host that it extends.
    Plugin,
    /// Run by a test runner.
    Test,
    /// Run when the package is built.
    Build,
    /// Read by a tool that it configures.
    Config,
    /// Run to measure.
    Benchmark,
    /// Shows how the package is used.
    Example,
    /// A component shown by itself.
    Story,
    /// A notebook.
    Notebook,
    /// Run by hand or by a command of the manifest.
    Script,
    /// Declarations that a type checker reads by itself.
    Types,
    /// What Python runs first when anything of a package is imported.
    Package,
    /// Read by tests as data.
    Fixture,
}

impl Entry {
    /// Every kind, the strongest first.
    pub const ALL: [Self; 16] = [
        Self::Binary,
        Self::Library,
        Self::Page,
        Self::Worker,
        Self::Plugin,
        Self::Test,
        Self::Build,
        Self::Config,
        Self::Benchmark,
        Self::Example,
        Self::Story,
        Self::Notebook,
        Self::Script,
        Self::Types,
        Self::Package,
        Self::Fixture,
    ];

    /// The name used in tables.
    pub fn name(self) -> &'static str {
        match self {
            Self::Binary => "binary",
            Self::Library => "library",
            Self::Page => "page",
            Self::Worker => "worker",
            Self::Plugin => "plugin",
            Self::Test => "test",
            Self::Build => "build",
            Self::Config => "config",
            Self::Benchmark => "benchmark",
            Self::Example => "example",
            Self::Story => "story",
            Self::Notebook => "notebook",
            Self::Script => "script",
            Self::Types => "types",
            Self::Package => "package",
            Self::Fixture => "fixture",
        }
    }

    /// The kind with this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|entry| entry.name() == name)
    }
}

/// Adds what holds in every language, and keeps the strongest kind of each file, in path order.
pub(super) fn complete(sources: &Sources<'_>, all: &mut Resolution) {
    let mut strongest: FxHashMap<FileId, Entry> = FxHashMap::default();
    for (file, entry) in all.entries.drain(..) {
        let known = strongest.entry(file).or_insert(entry);
        *known = entry.min(*known);
    }
    let mut is_imported = vec![false; sources.tree.files.len()];
    all.edges.iter().for_each(|edge| is_imported[edge.to.index()] = true);
    for id in sources.tree.file_ids() {
        let known = strongest.get(&id).copied();
        let by_language = by_language(sources, id);
        let by_place = (!is_imported[id.index()] && known.is_none_or(|known| known >= Entry::Script))
            .then(|| by_place(sources, id))
            .flatten();
        if let Some(entry) = [known, by_language, by_place].into_iter().flatten().min() {
            strongest.insert(id, entry);
        }
    }
    all.entries = strongest.into_iter().collect();
    all.entries.sort_unstable();
}

fn by_language(sources: &Sources<'_>, id: FileId) -> Option<Entry> {
    if sources.facts(id).is_program {
        return Some(Entry::Script);
    }
    match sources.tree.file(id).language.0? {
        LanguageType::Jupyter => Some(Entry::Notebook),
        LanguageType::Html => Some(Entry::Page),
        LanguageType::Makefile | LanguageType::Dockerfile | LanguageType::CMake | LanguageType::Just => {
            Some(Entry::Build)
        }
        _ => None,
    }
}

/// Files that nothing imports are used for what their folder is for.
fn by_place(sources: &Sources<'_>, id: FileId) -> Option<Entry> {
    let file = sources.tree.file(id);
    let family = family(file.language)?;
    match Place::of(&file.path) {
        Some(Place::Fixture) => Some(Entry::Fixture),
        Some(Place::Example | Place::Docs) if family != Family::Rust && !is_init(file.name()) => Some(Entry::Example),
        Some(Place::Benchmark) if family != Family::Rust && !is_init(file.name()) => Some(Entry::Benchmark),
        // By the default globs of Node's test runner and of AVA: what a folder of that name holds.
        Some(Place::Test) if family == Family::Script => Some(Entry::Test),
        _ => None,
    }
}

fn is_init(name: &str) -> bool {
    name.starts_with("__init__.")
}

#[cfg(test)]
mod tests {
    use crate::resolve::testing::check_entries as check;

    #[test]
    fn python_is_started_by_names_and_manifests() {
        check(
            "
//- pyproject.toml
[project.scripts]
shop = 'shop.cli:main'
[project.entry-points.tills]
paper = 'shop.till.paper'
//- shop/__init__.py
//- shop/__main__.py
//- shop/cart.py
//- shop/cli.py
//- shop/till/__init__.py
//- shop/till/paper.py
//- shop/tool.py
if __name__ == '__main__':
    pass
//- shop/types.pyi
//- tests/conftest.py
//- tests/helper.py
//- tests/test_cart.py
",
            "
            shop/__init__.py library
            shop/__main__.py binary
            shop/cli.py binary
            shop/till/__init__.py package
            shop/till/paper.py plugin
            shop/tool.py script
            shop/types.pyi types
            tests/conftest.py test
            tests/test_cart.py test
            ",
        );
    }

    #[test]
    fn python_is_loaded_by_name() {
        check(
            "
//- shop/settings.py
BACKEND = 'shop.backends.memory.Memory'
LOGGER = 'shop'
//- shop/backends/memory.py
//- shop/backends/other.py
//- shop/rules/__init__.py
import pkgutil
for module in pkgutil.iter_modules(__path__): pass
//- shop/rules/one.py
//- hass/light/manifest.json
{ \"domain\": \"light\" }
//- hass/light/sensor.py
",
            "
            hass/light/sensor.py plugin
            shop/backends/memory.py plugin
            shop/rules/__init__.py plugin
            shop/rules/one.py plugin
            ",
        );
    }

    #[test]
    fn django_is_loaded_by_place() {
        check(
            "
//- setup.cfg
[tool:pytest]
python_files = check_*.py
//- shop/management/commands/sell.py
from django.core.management import BaseCommand
//- shop/migrations/0001_initial.py
//- shop/models.py
//- shop/other.py
//- shop/check_it.py
",
            "
            shop/check_it.py test
            shop/management/commands/sell.py plugin
            shop/migrations/0001_initial.py plugin
            shop/models.py plugin
            ",
        );
    }

    #[test]
    fn rust_has_targets() {
        check(
            "
//- Cargo.toml
[package]
name = 'shop'
[[bin]]
name = 'till'
path = 'till/run.rs'
//- benches/b.rs
//- build.rs
//- examples/e/main.rs
//- examples/e/part.rs
//- src/bin/tool.rs
//- src/cart.rs
//- src/lib.rs
mod cart;
//- tests/t.rs
//- till/run.rs
",
            "
            benches/b.rs benchmark
            build.rs build
            examples/e/main.rs example
            src/bin/tool.rs binary
            src/lib.rs library
            tests/t.rs test
            till/run.rs binary
            ",
        );
    }

    #[test]
    fn scripts_are_started_by_their_package() {
        check(
            r##"
//- package.json
{ "name": "shop", "bin": { "shop": "./bin/shop.js" }, "main": "./dist/index.js", "types": "dist/index.d.ts",
  "exports": { ".": "./dist/index.js", "./cart": { "import": "./dist/cart.mjs" }, "./icons/*": "./src/icons/*.ts" },
  "scripts": { "build": "node scripts/build.mjs --all" } }
//- bin/shop.js
//- scripts/build.mjs
//- src/cart.ts
//- src/icons/a.ts
//- src/index.ts
//- src/other.ts
//- src/types.d.ts
//- src/a.test.ts
//- src/a.stories.tsx
//- test/sell.js
//- vite.config.ts
export default { entry: "src/worker.ts" };
//- src/worker.ts
"##,
            "
            bin/shop.js binary
            scripts/build.mjs script
            src/a.stories.tsx story
            src/a.test.ts test
            src/cart.ts library
            src/icons/a.ts library
            src/index.ts library
            src/types.d.ts types
            src/worker.ts library
            test/sell.js test
            vite.config.ts config
            ",
        );
    }

    #[test]
    fn what_a_test_runner_is_told_to_run_is_a_test() {
        check(
            r#"
//- a/package.json
{ "name": "a" }
//- a/vitest.config.ts
export default { test: { include: ["**/*.test.ts"], setupFiles: ["./setup.ts"] } };
//- a/setup.ts
//- a/src/x.test.ts
//- b/package.json
{ "name": "b" }
//- b/vite.config.ts
export default { build: { lib: { entry: "src/b.ts" } }, test: { include: ["src/**/*.test.ts", "src/y.spec.ts"] } };
//- b/src/b.ts
//- b/src/x.test.ts
//- b/src/y.spec.ts
"#,
            "
            a/setup.ts config
            a/src/x.test.ts test
            a/vitest.config.ts config
            b/src/b.ts library
            b/src/x.test.ts test
            b/src/y.spec.ts test
            b/vite.config.ts config
            ",
        );
    }

    #[test]
    fn scripts_are_loaded_by_pages_and_scripts() {
        check(
            r#"
//- index.html
<script type="module" src="/src/main.ts"></script>
//- public/sw.js
//- src/main.ts
new Worker(new URL("./heavy.ts", import.meta.url));
navigator.serviceWorker.register("/sw.js");
const all = import.meta.glob("./parts/*.ts");
const path = require.resolve("./late");
//- src/heavy.ts
//- src/late.js
//- src/parts/a.ts
//- src/parts/b.css
"#,
            "
            index.html page
            public/sw.js worker
            src/heavy.ts worker
            src/late.js plugin
            src/main.ts page
            src/parts/a.ts plugin
            ",
        );
    }

    #[test]
    fn frameworks_have_places_for_pages() {
        check(
            r#"
//- a/package.json
{ "dependencies": { "next": "15" } }
//- a/app/cart/button.tsx
//- a/app/cart/page.tsx
//- a/middleware.ts
//- b/package.json
{ "devDependencies": { "@sveltejs/kit": "2" } }
//- b/src/hooks.server.ts
//- b/src/routes/+page.server.ts
//- c/package.json
{}
//- c/app/page.tsx
"#,
            "
            a/app/cart/page.tsx page
            a/middleware.ts page
            b/src/hooks.server.ts page
            b/src/routes/+page.server.ts page
            ",
        );
    }
}
