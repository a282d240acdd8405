//! What a script's name and place say, by the defaults of test runners, tools and frameworks.

use crate::resolve::entry::Entry;
use crate::resolve::script::Resolver;
use crate::resolve::script::files::strip_dir;
use crate::scan::{file_name, parent_path};

/// Suffixes of scripts.
const SUFFIXES: &[&str] = &[".ts", ".tsx", ".mts", ".cts", ".js", ".jsx", ".mjs", ".cjs"];

/// What stands before the suffix of test files, by the defaults of Jest, Vitest, Mocha, Playwright, Cypress, AVA, tsd, Deno
/// and Node's own runner.
const TEST_MARKS: &[&str] = &[
    ".test",
    ".tests",
    ".spec",
    ".specs",
    ".test-d",
    ".spec-d",
    ".tst",
    ".cy",
    ".e2e",
    ".e2e-spec",
    "_test",
    "-test",
    ".bench-test",
];

/// Frameworks that load what lies in a folder of a package, by the dependency that shows them. The folders are relative to
/// the package; with names, only files called so count.
struct Framework {
    dependencies: &'static [&'static str],
    folders: &'static [&'static str],
    names: &'static [&'static str],
}

const FRAMEWORKS: &[Framework] = &[
    // https://nextjs.org/docs/app/api-reference/file-conventions
    Framework {
        dependencies: &["next"],
        folders: &["app", "src/app"],
        names: &[
            "page",
            "layout",
            "template",
            "loading",
            "error",
            "global-error",
            "not-found",
            "route",
            "default",
            "sitemap",
            "robots",
            "manifest",
            "icon",
            "apple-icon",
            "opengraph-image",
            "twitter-image",
            "forbidden",
            "unauthorized",
        ],
    },
    Framework { dependencies: &["next"], folders: &["pages", "src/pages"], names: &[] },
    Framework {
        dependencies: &["next"],
        folders: &["", "src"],
        names: &["middleware", "proxy", "instrumentation", "instrumentation-client", "mdx-components", "_document"],
    },
    // https://svelte.dev/docs/kit/project-structure
    Framework { dependencies: &["@sveltejs/kit"], folders: &["src/params"], names: &[] },
    Framework {
        dependencies: &["@sveltejs/kit"],
        folders: &["src"],
        names: &["hooks", "service-worker", "instrumentation"],
    },
    // https://nuxt.com/docs/guide/directory-structure
    Framework {
        dependencies: &["nuxt", "nuxt3", "nuxt-nightly"],
        folders: &[
            "pages",
            "layouts",
            "middleware",
            "plugins",
            "composables",
            "utils",
            "components",
            "server",
            "modules",
            "app",
            "stores",
            "store",
        ],
        names: &[],
    },
    // https://reactrouter.com/start/framework/routing
    Framework {
        dependencies: &["@remix-run/react", "@remix-run/node", "@react-router/dev"],
        folders: &["app/routes"],
        names: &[],
    },
    Framework {
        dependencies: &["@remix-run/react", "@remix-run/node", "@react-router/dev"],
        folders: &["app"],
        names: &["root", "entry", "routes"],
    },
    // https://docs.astro.build/en/basics/project-structure/
    Framework { dependencies: &["astro"], folders: &["src/pages", "src/content"], names: &[] },
    Framework {
        dependencies: &["astro"],
        folders: &["src", "src/actions"],
        names: &["content", "middleware", "index", "live"],
    },
    // https://www.gatsbyjs.com/docs/reference/gatsby-project-structure/
    Framework { dependencies: &["gatsby"], folders: &["src/pages", "src/templates", "src/api"], names: &[] },
    // https://tanstack.com/router/latest/docs/framework/react/routing/file-based-routing
    Framework {
        dependencies: &[
            "@tanstack/react-router",
            "@tanstack/solid-router",
            "@tanstack/vue-router",
            "@tanstack/react-start",
            "@tanstack/solid-start",
            "@tanstack/vue-start",
            "@tanstack/start",
        ],
        folders: &["src/routes", "app/routes"],
        names: &[],
    },
    Framework {
        dependencies: &["@tanstack/react-start", "@tanstack/solid-start", "@tanstack/vue-start", "@tanstack/start"],
        folders: &["src", "app"],
        names: &["router", "client", "server", "ssr", "start", "api", "global-middleware"],
    },
    Framework { dependencies: &["@solidjs/start", "solid-start"], folders: &["src/routes"], names: &[] },
    Framework {
        dependencies: &["@solidjs/start", "solid-start"],
        folders: &["src"],
        names: &["entry-client", "entry-server", "app", "root", "middleware"],
    },
    // https://docusaurus.io/docs/installation#project-structure
    Framework { dependencies: &["@docusaurus/core"], folders: &["src/pages", "src/theme"], names: &[] },
    Framework { dependencies: &["@docusaurus/core"], folders: &[""], names: &["sidebars"] },
    Framework { dependencies: &["expo-router"], folders: &["app", "src/app"], names: &[] },
    Framework { dependencies: &["react-scripts"], folders: &["src"], names: &["index", "setupTests", "setupProxy"] },
    Framework { dependencies: &["react-native", "expo"], folders: &[""], names: &["index", "App"] },
    // https://qwik.dev/docs/project-structure/
    Framework { dependencies: &["@builder.io/qwik-city", "@qwik.dev/router"], folders: &["src/routes"], names: &[] },
    Framework {
        dependencies: &["@builder.io/qwik", "@builder.io/qwik-city", "@qwik.dev/router"],
        folders: &["src"],
        names: &["entry", "root"],
    },
];

/// Whether a file of this name is a script.
pub(super) fn is_script_name(name: &str) -> bool {
    SUFFIXES.iter().any(|suffix| name.ends_with(suffix))
}

impl Resolver<'_> {
    /// What the name and the place of a script say.
    pub(super) fn by_convention(&self, path: &str) -> Option<Entry> {
        by_name(path).or_else(|| self.by_framework(path))
    }

    fn by_framework(&self, path: &str) -> Option<Entry> {
        let package = self.packages.enclosing(path)?;
        let inside = strip_dir(path, self.packages.dir(package))?;
        // `hooks.server.ts` is called `hooks`.
        let name = file_name(inside).split('.').next().unwrap_or_default();
        let takes = |framework: &Framework| {
            let is_in = |folder: &&str| match framework.names {
                [] => strip_dir(inside, folder).is_some(),
                // Pages lie anywhere below `app`, what is called by its name alone does not.
                names if folder.ends_with("app") && names.contains(&"page") => {
                    names.contains(&name) && strip_dir(inside, folder).is_some()
                }
                names => names.contains(&name) && parent_path(inside) == *folder,
            };
            framework.folders.iter().any(is_in)
        };
        let mut fitting = FRAMEWORKS.iter().filter(|framework| takes(framework));
        fitting.any(|framework| self.packages.uses(package, framework.dependencies)).then_some(Entry::Page)
    }
}

/// What the name says, whatever the package.
fn by_name(path: &str) -> Option<Entry> {
    let name = file_name(path);
    let suffix = SUFFIXES.iter().find(|suffix| name.ends_with(*suffix))?;
    let stem = &name[..name.len() - suffix.len()];
    let has_mark = |marks: &[&str]| marks.iter().any(|mark| stem.ends_with(mark));
    if has_mark(TEST_MARKS) || path.split('/').any(|folder| folder == "__tests__") && !has_mark(&[".d"]) {
        return Some(Entry::Test);
    }
    if has_mark(&[".d"]) {
        return Some(Entry::Types);
    }
    if has_mark(&[".stories", ".story"]) {
        return Some(Entry::Story);
    }
    if has_mark(&[".bench", ".benchmark"]) {
        return Some(Entry::Benchmark);
    }
    if has_mark(&[".worker", "service-worker", "serviceWorker"]) || stem == "sw" {
        return Some(Entry::Worker);
    }
    // https://svelte.dev/docs/kit/routing
    if stem.starts_with('+') {
        return Some(Entry::Page);
    }
    is_config(path, stem).then_some(Entry::Config)
}

fn is_config(path: &str, stem: &str) -> bool {
    const NAMES: &[&str] = &[
        "gulpfile",
        "Gulpfile",
        "Gruntfile",
        "gruntfile",
        "Jakefile",
        "setupTests",
        "setupJest",
        "gatsby-node",
        "gatsby-browser",
        "gatsby-ssr",
        "next-env",
        "vite-env",
        "react-app-env",
        "knexfile",
        "config-overrides",
        "karma",
        "protractor",
        "ember-cli-build",
        "testem",
    ];
    const MARKS: &[&str] = &[".config", ".conf", ".setup", ".workspace", ".projects", ".preset", ".global-setup"];
    const TOOLS: &[&str] = &["jest", "vitest", "playwright", "webpack", "rollup", "vite", "babel", "karma", "eslint"];
    let is_tool =
        TOOLS.iter().any(|tool| stem.strip_prefix(tool).is_some_and(|rest| rest.starts_with(['.', '-', '_'])));
    NAMES.contains(&stem)
        || MARKS.iter().any(|mark| stem.ends_with(mark))
        || stem.starts_with('.') && stem.ends_with("rc")
        || is_tool && !path.contains("/src/") && !path.starts_with("src/")
        || path.split('/').any(|folder| matches!(folder, ".storybook" | ".vitepress" | ".vuepress"))
}
