use super::*;
use crate::resolve::testing::parse_fixture;

/// The placer of a fixture and what it finds, as `path:function (how)`.
struct Fixture {
    tree: SourceTree,
    placer: Placer,
}

impl Fixture {
    fn new(fixture: &str) -> Self {
        Self::mapped(fixture, &[])
    }

    fn mapped(fixture: &str, maps: &[(&str, &str)]) -> Self {
        let (tree, facts) = parse_fixture(fixture);
        let functions =
            tree.file_ids().zip(&facts).flat_map(|(file, facts)| facts.functions.iter().map(move |it| (file, it)));
        let maps: Vec<_> = maps.iter().map(|(from, to)| (from.to_string(), to.to_string())).collect();
        let placer = Placer::new(&tree, functions, &maps).named("my-shop");
        Self { tree, placer }
    }

    #[track_caller]
    fn check(&self, code: Code<'_>, expect: &str) {
        let (place, how) = self.placer.place(&code);
        let found = place.map_or(String::new(), |place| {
            let function = self.placer.function_name(place).map_or(String::new(), |name| format!(":{name}"));
            format!("{}{function} ", self.tree.file(place.file).path)
        });
        assert_eq!(format!("{found}{}", how.name()), expect, "{code:?}");
    }

    #[track_caller]
    fn path(&self, path: &str, expect: &str) {
        self.check(Code { path, ..Code::default() }, expect);
    }

    #[track_caller]
    fn at(&self, path: &str, function: &str, line: u32, expect: &str) {
        self.check(Code { path, function, line, ..Code::default() }, expect);
    }

    #[track_caller]
    fn name(&self, name: &str, expect: &str) {
        self.check(Code { name, ..Code::default() }, expect);
    }

    #[track_caller]
    fn function(&self, function: &str, expect: &str) {
        self.check(Code { function, ..Code::default() }, expect);
    }
}

const SHOP: &str = "
//- pyproject.toml
//- app.py
def serve():
    pass

//- src/shop/__init__.py
//- src/shop/cart.py
import functools

class Cart:
    def add(self, item):
        def check():
            return lambda: item
        return check()

    @functools.cache
    @property
    def total(self):
        return 1

def add(cart):
    return cart

class Empty(Cart):
    def add(self):
        pass

//- src/shop/db/__init__.py
//- src/shop/db/models.py
def load():
    pass

//- services/a/main.py
def alpha():
    pass

//- services/b/main.py
def beta():
    pass

//- tests/conftest.py
def fixture():
    pass
";

#[test]
fn paths_of_the_repository() {
    let shop = Fixture::new(SHOP);
    shop.path("src/shop/cart.py", "src/shop/cart.py path");
    shop.path("./src/shop/../shop/cart.py", "src/shop/cart.py path");
    shop.path("src\\shop\\cart.py", "src/shop/cart.py path");
    shop.path("app.py", "app.py path");
    shop.path("gone.py", "unplaced");
}

#[test]
fn paths_of_other_machines() {
    let shop = Fixture::new(SHOP);
    for prefix in ["/app", "/home/me/shop", "C:\\build\\x", "file:///srv", "~/shop", "http://localhost:80"] {
        shop.path(&format!("{prefix}/src/shop/cart.py"), "src/shop/cart.py path");
    }
    shop.path("/app/shop/db/models.py", "src/shop/db/models.py path");
    shop.path("shop/cart.py", "src/shop/cart.py path");
    shop.at("/app/app.py", "serve", 1, "app.py:serve path");
    shop.path("/v/lib/python3.12/site-packages/shop/cart.py", "src/shop/cart.py path");
    shop.path("C:\\v\\Lib\\site-packages\\shop\\db\\__init__.py", "src/shop/db/__init__.py path");
}

#[test]
fn paths_that_are_not_of_the_repository() {
    let shop = Fixture::new(SHOP);
    for path in [
        "../../src/shop/cart.py",
        "../../../app.py",
        "/v/site-packages/other/cart.py",
        "/v/site-packages/other/shop/cart.py",
        "/v/site-packages/pip/_vendor/shop/cart.py",
        "/v/site-packages/click/__init__.py",
        "/v/site-packages/tests/conftest.py",
        "/usr/lib/python3.11/shop/cart.py",
        "/v/node_modules/shop/cart.py",
        "/srv/vendor/shop/cart.py",
        "/other/db/__init__.py",
        "/other/models.py",
        "/other/main.py",
        "<string>",
    ] {
        shop.path(path, "unplaced");
    }
    shop.at("/other/app.py", "other", 1, "unplaced");
    shop.at("/other/conftest.py", "fixture", 30, "unplaced");
}

#[test]
fn of_files_that_end_alike_the_function_decides() {
    let shop = Fixture::new(SHOP);
    shop.path("/srv/main.py", "unplaced");
    shop.at("/srv/main.py", "alpha", 2, "services/a/main.py:alpha path");
    shop.at("/srv/main.py", "beta", 1, "services/b/main.py:beta path");
    shop.at("/srv/main.py", "gamma", 1, "unplaced");
    shop.at("/srv/main.py", "<module>", 1, "unplaced");
    shop.path("/srv/a/main.py", "unplaced");
    shop.path("/srv/services/a/main.py", "services/a/main.py path");
}

#[test]
fn maps_come_first() {
    let shop =
        Fixture::mapped(SHOP, &[("/srv", "services/b"), ("/srv/shop", "src/shop"), ("/opt/v/site-packages", "src")]);
    shop.path("/srv/main.py", "services/b/main.py path");
    shop.path("/srv/src/shop/cart.py", "unplaced");
    shop.path("/srv/shop/cart.py", "unplaced");
    shop.path("/opt/v/site-packages/shop/cart.py", "src/shop/cart.py path");
    shop.path("/srv/../app.py", "unplaced");
}

#[test]
fn functions_by_line_and_name() {
    let shop = Fixture::new(SHOP);
    let check = |function: &str, line, expect: &str| {
        let expect = if expect.is_empty() { String::new() } else { format!(":{expect}") };
        shop.at("src/shop/cart.py", function, line, &format!("src/shop/cart.py{expect} path"));
    };
    check("", 6, "Cart.add.check");
    check("", 7, "Cart.add");
    check("", 1, "");
    check("add", 7, "Cart.add");
    check("add", 15, "add");
    check("add", 0, "");
    check("Cart.add", 0, "Cart.add");
    check("shop.cart.Cart.add", 0, "Cart.add");
    check("Cart.add.<locals>.check", 6, "Cart.add.check");
    check("Cart.add.<locals>.check.<locals>.<lambda>", 6, "Cart.add.check");
    check("<lambda>", 6, "Cart.add.check");
    check("total", 9, "Cart.total");
    check("Cart.total", 9, "Cart.total");
    check("<module>", 5, "");
    check("Cart", 3, "");
    check("add", 12, "Cart.total");
    check("Empty.add", 12, "Empty.add");
    check("made_as_it_runs", 12, "Cart.total");
    // Outside of all functions: as of a source that was edited since.
    check("Empty.add", 1, "Empty.add");
    check("Cart.total", 40, "Cart.total");
    check("total", 40, "");
    check("total", 0, "Cart.total");
    check("check", 1, "");
    shop.check(
        Code { path: "src/shop/cart.py", namespace: "Empty", function: "add", ..Code::default() },
        "src/shop/cart.py:Empty.add path",
    );
}

#[test]
fn a_span_is_called_after_its_function_only_where_it_begins() {
    let shop = Fixture::new(SHOP);
    let check = |name, line, expect: &str| {
        let code = Code { path: "src/shop/cart.py", name, line, ..Code::default() };
        shop.check(code, &format!("src/shop/cart.py{expect} path"));
    };
    check("total", 9, ":Cart.total");
    check("total", 6, ":Cart.add.check");
    check("GET /add", 7, ":Cart.add");
    check("add", 0, "");
}

#[test]
fn names_of_python() {
    let shop = Fixture::new(SHOP);
    shop.function("shop.cart.Cart.add", "src/shop/cart.py:Cart.add name");
    shop.function("shop.cart.add", "src/shop/cart.py:add name");
    shop.function("src.shop.cart.add", "src/shop/cart.py:add name");
    shop.function("shop.cart.Cart.add.<locals>.check.<locals>.made", "src/shop/cart.py:Cart.add.check name");
    shop.function("shop.cart.Cart", "src/shop/cart.py name");
    shop.name("shop.db.models", "src/shop/db/models.py name");
    shop.name("shop", "src/shop/__init__.py name");
    shop.check(
        Code { name: "shop.db.models", function: "load", line: 2, ..Code::default() },
        "src/shop/db/models.py:load name",
    );
    shop.check(Code { namespace: "shop.cart", function: "add", ..Code::default() }, "src/shop/cart.py:add name");
    shop.check(Code { name: "shop.db.models", function: "save", line: 2, ..Code::default() }, "unplaced");
    let path = "/v/site-packages/flask/app.py";
    shop.check(
        Code { path, name: "shop", function: "log_exception", line: 2, ..Code::default() },
        "src/shop/__init__.py name",
    );
    for name in
        ["add", "Cart.add", "shop.cart.gone", "shop.gone", "shop.db.slow", "cart", "app", "main", "__main__", "root"]
    {
        shop.name(name, "unplaced");
        shop.function(name, "unplaced");
    }
    for name in ["GET /shop", "shop.cart add", "SELECT shop.db.models", "/shop/cart", "", "."] {
        shop.name(name, "unplaced");
    }
}

const CRATES: &str = "
//- Cargo.toml
//- src/lib.rs
//- src/db/mod.rs
mod tests {
    fn test() {}
}
//- src/db/pool.rs
impl Pool { 
    fn get() {}
}
//- crates/shop-core/Cargo.toml
//- crates/shop-core/src/main.rs
fn main() {}
//- crates/shop-core/src/run.rs
#[instrument]
pub fn go() {
    async {}
}
//- tests/it.rs
fn works() {}
";

#[test]
fn names_of_rust() {
    let crates = Fixture::new(CRATES);
    crates.function("shop_core::run::go", "crates/shop-core/src/run.rs:go name");
    crates.function("shop_core::run::go::{{closure}}::h0123456789abcdef", "crates/shop-core/src/run.rs:go name");
    crates.function("my_shop::db::pool::Pool<T>::get", "src/db/pool.rs:Pool::get name");
    crates.function("<my_shop::db::pool::Pool as Get>::get", "src/db/pool.rs:Pool::get name");
    crates.function("my_shop::db::tests::test", "src/db/mod.rs:tests::test name");
    crates.function("shop_core::main", "crates/shop-core/src/main.rs:main name");
    crates.name("shop_core::run", "crates/shop-core/src/run.rs name");
    crates.name("shop_core", "crates/shop-core/src/main.rs name");
    crates.name("it", "tests/it.rs name");
    for name in ["other::db::pool", "my_shop::gone", "core::db::pool", "db::pool", "tokio::run::go"] {
        crates.name(name, "unplaced");
        crates.function(name, "unplaced");
    }
    let code = Code { path: "crates/shop-core/src/run.rs", name: "go", line: 1, ..Code::default() };
    crates.check(code, "crates/shop-core/src/run.rs:go path");
}

#[test]
fn crates_of_a_registry() {
    let crates = Fixture::new(CRATES);
    let registry = "/h/.cargo/registry/src/index.crates.io-6f17";
    crates.path(&format!("{registry}/shop_core-0.1.0/src/run.rs"), "crates/shop-core/src/run.rs path");
    crates.path(&format!("{registry}/tokio-1.0.0/src/lib.rs"), "unplaced");
    crates.path(&format!("{registry}/tokio-1.0.0/src/db/mod.rs"), "unplaced");
    crates.path("/rustc/0123456789012345678901234567890123456789/library/std/src/db/mod.rs", "unplaced");
    crates.path("/build/src/db/pool.rs", "src/db/pool.rs path");
}

const MIXED: &str = "
//- packages/carts/package.json
//- packages/carts/lib/cart.js
export class Cart {
  add() { return [1].map((x) => x) }
}
//- web/src/server.ts
export const handler = () => {
  return 1
}
//- java/src/main/java/com/acme/shop/OrderService.java
class OrderService {}
//- go/cart/cart.go
package cart
//- net/Orders/Invoice.cs
";

#[test]
fn paths_of_scripts() {
    let mixed = Fixture::new(MIXED);
    mixed.at("/app/packages/carts/lib/cart.js", "Object.add", 2, "packages/carts/lib/cart.js:Cart.add path");
    mixed.at("packages/carts/lib/cart.js", "new Cart", 1, "packages/carts/lib/cart.js path");
    mixed.path("/app/node_modules/carts/lib/cart.js", "packages/carts/lib/cart.js path");
    mixed.path("/app/node_modules/@acme/carts/lib/cart.js", "unplaced");
    mixed.path("/app/node_modules/lib/cart.js", "unplaced");
    mixed.path("webpack://web/./web/src/server.ts?17", "web/src/server.ts path");
    mixed.at("webpack:///./src/server.ts", "handler", 2, "web/src/server.ts:handler path");
    mixed.at("/app/server.ts", "handler", 2, "unplaced");
    mixed.path("node:internal/server.ts", "unplaced");
}

/// As Express makes `app.get`, in a loop of functions without a name.
const LOOP: &str = "
//- lib/application.js
var app = exports = module.exports = {};

app.defaultConfiguration = function defaultConfiguration() {
  Object.defineProperty(this, 'router', {
    get: function() {
      throw new Error('deprecated');
    }
  });
};

app.set = function set(setting, val) {
  return this;
};

methods.forEach(function(method){
  app[method] = function(path){
    return this.set(path);
  };
});

function app(req) {
  return req;
}
";

#[test]
fn a_line_outside_of_all_functions_is_surer_than_a_bare_name() {
    let express = Fixture::new(LOOP);
    let check = |function: &str, line, expect: &str| {
        express.at("lib/application.js", function, line, &format!("lib/application.js{expect} path"));
    };
    for function in ["get", "app.get", "Function.get", "app.<computed> [as get]", "app.post", "<anonymous>", ""] {
        check(function, 16, "");
    }
    check("get", 5, ":app.defaultConfiguration.get");
    check("Object.get", 6, ":app.defaultConfiguration.get");
    check("get", 7, ":app.defaultConfiguration.get");
    check("get", 0, ":app.defaultConfiguration.get");
    check("get", 11, ":app.set");
    check("app.set", 16, ":app.set");
    check("app", 21, ":app");
    let stack = "Error: no\n    at app.get (/srv/lib/application.js:16:17)";
    express.check(Code { stack, ..Code::default() }, "lib/application.js stack");
}

#[test]
fn the_name_of_a_function_is_surer_than_a_line_outside_of_all_functions() {
    let shop = Fixture::new(SHOP);
    shop.at("src/shop/db/models.py", "load", 30, "src/shop/db/models.py:load path");
    shop.at("src/shop/db/models.py", "save", 30, "src/shop/db/models.py path");
}

#[test]
fn names_of_classes() {
    let mixed = Fixture::new(MIXED);
    let java = "java/src/main/java/com/acme/shop/OrderService.java name";
    mixed.function("com.acme.shop.OrderService.place", java);
    mixed.function("com.acme.shop.OrderService$Inner.place", java);
    mixed.check(Code { namespace: "com.acme.shop.OrderService", function: "place", ..Code::default() }, java);
    mixed.name("com.acme.shop.OrderService", java);
    mixed.name("OrderService.place", "unplaced");
    mixed.name("org.other.OrderService", "unplaced");
    mixed.function("Orders.Invoice.Print(String to)", "net/Orders/Invoice.cs name");
}

#[test]
fn stack_traces() {
    let shop = Fixture::new(SHOP);
    let stack = "Traceback (most recent call last):\n  File \"/app/app.py\", line 2, in serve\n    x\n  \
        File \"/app/src/shop/cart.py\", line 6, in check\n    x\n  \
        File \"/usr/lib/python3.12/site-packages/flask/app.py\", line 2, in serve\nKeyError: 'x'";
    shop.check(Code { stack, name: "GET /x", ..Code::default() }, "src/shop/cart.py:Cart.add.check stack");
    shop.check(Code { stack, path: "/x/flask/logging.py", ..Code::default() }, "src/shop/cart.py:Cart.add.check stack");
    let mixed = Fixture::new(MIXED);
    let stack = "Error: no\n    at Cart.add (/app/node_modules/express/lib/cart.js:2:3)\n    \
        at async Cart.add (file:///app/packages/carts/lib/cart.js:2:20)\n";
    mixed.check(Code { stack, ..Code::default() }, "packages/carts/lib/cart.js:Cart.add stack");
    let stack = "x.Y: no\n\tat java.base/java.util.List.of(List.java:3)\n\tat com.acme.shop.OrderService.place(OrderService.java:1)";
    mixed.check(Code { stack, ..Code::default() }, "java/src/main/java/com/acme/shop/OrderService.java stack");
    let stack = "goroutine 1 [running]:\nnet/http.serve()\n\t/usr/local/go/src/net/http/server.go:12 +0x1\ncart.(*Cart).Add()\n\t/src/go/cart/cart.go:1 +0x1d";
    mixed.check(Code { stack, ..Code::default() }, "go/cart/cart.go stack");
    mixed.check(Code { stack: "Error: no\n    at f (/x/y.js:1:1)", ..Code::default() }, "unplaced");
}

#[test]
fn copies_of_other_projects_are_found_by_their_whole_path() {
    let copies =
        Fixture::new("//- third_party/six/six.py\n//- tool/__init__.py\n//- tool/_vendor/idna/core.py\n//- setup.py\n");
    copies.path("/v/site-packages/six/six.py", "unplaced");
    copies.path("/v/site-packages/idna/core.py", "unplaced");
    copies.path("/app/idna/core.py", "unplaced");
    copies.path("/v/site-packages/tool/_vendor/idna/core.py", "tool/_vendor/idna/core.py path");
    copies.path("/app/third_party/six/six.py", "third_party/six/six.py path");
    copies.path("/v/site-packages/setup.py", "unplaced");
}

#[test]
fn hostile_records() {
    let shop = Fixture::new(SHOP);
    let long = "x/".repeat(1 << 20);
    let deep = "<".repeat(1 << 20);
    for text in
        [&*long, &deep, "\u{0}", "C:", "%", "file://%zz%", "ä/ö\\ü::ß", "....", "(*", "a::", "src/shop/cart.py/"]
    {
        let code = Code { path: text, function: text, namespace: text, line: u32::MAX, name: text, stack: text };
        let (place, _) = shop.placer.place(&code);
        assert_eq!(place.is_some(), text == "src/shop/cart.py/", "{}", &text[..text.len().min(20)]);
    }
}

#[test]
fn modules_of_one_file_at_a_root() {
    let fixture = Fixture::new(
        "
//- pyproject.toml
//- bottle.py
class Router:
    def add(self):
        pass

def run():
    pass

//- utils.py
def run():
    pass
",
    );
    fixture.function("bottle.Router.add", "bottle.py:Router.add name");
    fixture.name("bottle.run", "bottle.py:run name");
    fixture.check(Code { namespace: "bottle", function: "run", ..Code::default() }, "bottle.py:run name");
    // A logger says it as a namespace; a span may be called so too.
    fixture.check(Code { namespace: "bottle", ..Code::default() }, "bottle.py name");
    fixture.name("bottle", "unplaced");
    fixture.name("utils.run", "unplaced");
}

#[test]
fn a_package_of_node_at_the_root_is_called_as_the_repository() {
    let fixture = Fixture::new("//- package.json\n//- lib/cart.js\nexport function add() {}\n");
    fixture.path("/app/node_modules/my-shop/lib/cart.js", "lib/cart.js path");
    fixture.path("/app/node_modules/other/lib/cart.js", "unplaced");
}
