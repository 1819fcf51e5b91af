//! Finds where something stands in the sources: byte spans to lines, field paths to spans.
//!
//! The engine's own errors often have no place (facts measured with 0.5.0-pre98: a missing field inside a field, an
//! undefined name, an operator inside a called function), and a finding of the library has a field path only. So the
//! sources are parsed once more, in the error case alone, and searched.

use std::collections::{BTreeMap, HashMap};

use jrsonnet_evaluator::{Source, Span};
use jrsonnet_ir::visit::{Visitor, visit_expr};
use jrsonnet_ir::{BindSpec, Destruct, Expr, FieldMember, FieldName, ImportKind, ObjBody};
use jrsonnet_ir_parser::ParserSettings;

use crate::finding::Place;
use crate::sources::{BUILT_IN, Sources};

/// The place of the bytes `start..end` of `text`.
pub fn place(file: &str, text: &str, start: usize, end: usize) -> Place {
    let mut start = start.min(text.len());
    while !text.is_char_boundary(start) {
        start -= 1;
    }
    let line_start = text[..start].rfind('\n').map_or(0, |at| at + 1);
    let line_end = text[start..].find('\n').map_or(text.len(), |at| start + at);
    let mut end = end.clamp(start, line_end.max(start));
    while !text.is_char_boundary(end) {
        end += 1;
    }
    Place {
        file: file.to_owned(),
        line: text[..start].matches('\n').count() + 1,
        column: text[line_start..start].chars().count() + 1,
        width: text[start..end].chars().count().max(1),
        text: text[line_start..line_end].trim_end().to_owned(),
    }
}

/// The name of the file that a span is in.
pub fn file_of(span: &Span) -> String {
    match span.0.source_path().downcast_ref::<jrsonnet_evaluator::SourceVirtual>() {
        Some(name) => name.0.to_string(),
        None => span.0.source_path().to_string(),
    }
}

/// The place of a span of the engine.
pub fn span_place(span: &Span) -> Place {
    // Spans count bytes; the engine's own line numbers count characters and are off behind the first `é`.
    place(&file_of(span), span.0.code(), span.1 as usize, span.2 as usize)
}

/// The parsed sources of one definition and what it imports.
pub struct SourceMap<'a> {
    sources: &'a Sources,
    parsed: HashMap<String, Option<Expr>>,
}

/// What is looked for when the engine gives no place.
pub enum Sought<'a> {
    /// `….name` inside the field called `field`.
    Index { field: Option<&'a str>, name: &'a str },
    /// `import` of this path.
    Import { wanted: &'a str },
    /// A binary operator inside the function called `function`.
    Operator { function: &'a str, symbol: &'a str },
}

impl<'a> SourceMap<'a> {
    /// Nothing is parsed until it is needed.
    pub fn new(sources: &'a Sources) -> Self {
        Self { sources, parsed: HashMap::new() }
    }

    fn load(&mut self, file: &str) {
        if !self.parsed.contains_key(file) {
            let expr = self.sources.text(file).ok().and_then(|text| {
                let source = Source::new_virtual(file.into(), text.as_str().into());
                jrsonnet_ir_parser::parse(&text, &ParserSettings { source }).ok()
            });
            self.parsed.insert(file.to_owned(), expr);
        }
    }

    /// Parses the definition and the fleet's files that it imports; their names, the definition's first.
    fn load_all(&mut self, definition: &str) -> Vec<String> {
        let files = self.sources.code_files(definition).unwrap_or_default();
        for file in &files {
            self.load(file);
        }
        files
    }

    /// The library's files, which are looked at only for errors inside them.
    fn load_library(&mut self) -> Vec<String> {
        let files: Vec<String> = crate::library::files().iter().map(|(path, _)| format!("{BUILT_IN}{path}")).collect();
        for file in &files {
            self.load(file);
        }
        files
    }

    /// The place of the field at `path` of what `definition` evaluates to, or of the deepest part of it that can be found.
    ///
    /// The last word on a field is looked for first: what is added with `+` before what it is added to, the definition
    /// before its overlays, the library never.
    pub fn field(&mut self, definition: &str, path: &[String]) -> Option<Place> {
        self.load_all(definition);
        let root = self.parsed.get(definition)?.as_ref()?;
        let search = FieldSearch { sources: self.sources, parsed: &self.parsed };
        let scope = Scope { file: definition, binds: &[], outer: None };
        match search.find(root, &scope, path, 0) {
            Some(hit) => Some(span_place(&hit.span)),
            None => opening_brace(root),
        }
    }

    /// Where the file's own value begins.
    pub fn whole(&mut self, file: &str) -> Option<Place> {
        self.load_all(file);
        opening_brace(self.parsed.get(file)?.as_ref()?)
    }

    /// File and line → path of the last field whose name stands there, in the fleet's files that the definition reads.
    pub fn field_lines(&mut self, definition: &str) -> BTreeMap<(String, usize), Vec<String>> {
        let mut names = FieldNames { path: Vec::new(), found: BTreeMap::new() };
        for file in self.load_all(definition) {
            if let Some(Some(expr)) = self.parsed.get(&file) {
                names.visit_expr(expr);
            }
        }
        names.found
    }

    /// The first place of what is sought, `near` first if it names a file.
    pub fn search(&mut self, definition: &str, near: Option<&str>, sought: &Sought<'_>) -> Option<Place> {
        let mut files = self.load_all(definition);
        if near.is_some_and(|near| near.starts_with(BUILT_IN)) {
            files.extend(self.load_library());
        }
        if let Some(near) = near {
            files.sort_by_key(|file| file != near);
        }
        files.iter().find_map(|file| {
            let mut finder = Finder { sought, field: None, function: None, hit: None };
            finder.visit_expr(self.parsed.get(file)?.as_ref()?);
            finder.hit.as_ref().map(span_place)
        })
    }
}

/// Local variables in reach of an expression.
struct Scope<'a> {
    file: &'a str,
    binds: &'a [BindSpec],
    outer: Option<&'a Scope<'a>>,
}

struct Hit {
    depth: usize,
    span: Span,
}

struct FieldSearch<'a> {
    sources: &'a Sources,
    parsed: &'a HashMap<String, Option<Expr>>,
}

/// Nesting beyond which a search gives up; a variable may be defined by itself.
const DEEPEST: usize = 200;

impl FieldSearch<'_> {
    /// The deepest match among `exprs`; of equals, the first.
    fn best<'e>(
        &self,
        exprs: impl IntoIterator<Item = &'e Expr>,
        scope: &Scope<'_>,
        path: &[String],
        nesting: usize,
    ) -> Option<Hit> {
        let mut best: Option<Hit> = None;
        for expr in exprs {
            if let Some(hit) = self.find(expr, scope, path, nesting + 1)
                && best.as_ref().is_none_or(|best| hit.depth > best.depth)
            {
                best = Some(hit);
            }
        }
        best
    }

    fn find(&self, expr: &Expr, scope: &Scope<'_>, path: &[String], nesting: usize) -> Option<Hit> {
        if nesting > DEEPEST || path.is_empty() {
            return None;
        }
        match expr {
            Expr::Obj(body) => self.in_object(body, scope, path, nesting),
            Expr::ObjExtend(base, body) => {
                let above = self.in_object(body, scope, path, nesting);
                if above.as_ref().is_some_and(|hit| hit.depth == path.len()) {
                    return above;
                }
                let below = self.find(base, scope, path, nesting + 1);
                deeper(above, below)
            }
            Expr::BinaryOp(op) => self.best([&op.rhs, &op.lhs], scope, path, nesting),
            Expr::IfElse(branches) => {
                self.best(std::iter::once(&branches.cond_then).chain(&branches.cond_else), scope, path, nesting)
            }
            Expr::LocalExpr(binds, body) => {
                let inner = Scope { file: scope.file, binds, outer: Some(scope) };
                self.find(body, &inner, path, nesting + 1)
            }
            Expr::AssertExpr(assert) => self.find(&assert.rest, scope, path, nesting + 1),
            Expr::Function(_, body) => self.find(body, scope, path, nesting + 1),
            Expr::Var(name) => self.in_variable(name, scope, path, nesting),
            Expr::Import(kind, wanted) => {
                let (ImportKind::Normal, Expr::Str(wanted)) = (kind.value, &**wanted) else { return None };
                let file = self.sources.resolve(scope.file, wanted).ok()?;
                if file.starts_with(BUILT_IN) {
                    return None;
                }
                let inner = Scope { file: &file, binds: &[], outer: None };
                self.find(self.parsed.get(&file)?.as_ref()?, &inner, path, nesting + 1)
            }
            Expr::Apply(callee, args, _) => {
                let values = args.value.unnamed.iter().chain(&args.value.values).chain(std::iter::once(&**callee));
                self.best(values, scope, path, nesting)
            }
            Expr::Index { indexable, parts } => {
                let mut longer: Vec<String> = Vec::new();
                for part in parts {
                    match &part.value {
                        Expr::Str(name) => longer.push(name.to_string()),
                        _ => return None,
                    }
                }
                let skip = longer.len();
                longer.extend(path.iter().cloned());
                let hit = self.find(indexable, scope, &longer, nesting + 1)?;
                (hit.depth > skip).then(|| Hit { depth: hit.depth - skip, ..hit })
            }
            Expr::Arr(items) => {
                let item = items.get(path[0].parse::<usize>().ok()?)?;
                match self.find(item, scope, &path[1..], nesting + 1) {
                    Some(hit) => Some(Hit { depth: hit.depth + 1, ..hit }),
                    None => Some(Hit { depth: 1, span: extent(item)? }),
                }
            }
            Expr::ArrComp(item, _) => {
                self.find(item, scope, &path[1..], nesting + 1).map(|hit| Hit { depth: hit.depth + 1, ..hit })
            }
            _ => None,
        }
    }

    fn in_object(&self, body: &ObjBody, scope: &Scope<'_>, path: &[String], nesting: usize) -> Option<Hit> {
        let ObjBody::MemberList(members) = body else { return None };
        let inner = Scope { file: scope.file, binds: &members.locals, outer: Some(scope) };
        let field = members.fields.iter().rev().find(|field| name_of(field) == Some(&path[0]))?;
        let here = Hit { depth: 1, span: field.name.span.clone() };
        match self.find(&field.value, &inner, &path[1..], nesting + 1) {
            Some(hit) => Some(Hit { depth: hit.depth + 1, ..hit }),
            None => Some(here),
        }
    }

    fn in_variable(&self, name: &str, scope: &Scope<'_>, path: &[String], nesting: usize) -> Option<Hit> {
        let mut at = Some(scope);
        while let Some(scope) = at {
            for bind in scope.binds {
                match bind {
                    BindSpec::Field { into: Destruct::Full(bound), value } if bound.value.as_str() == name => {
                        return self.find(value, scope, path, nesting + 1);
                    }
                    BindSpec::Function { name: bound, value, .. } if bound.as_str() == name => {
                        return self.find(value, scope, path, nesting + 1);
                    }
                    _ => {}
                }
            }
            at = scope.outer;
        }
        None
    }
}

/// Where the definition's own object begins: the place of a key that is missing.
fn opening_brace(root: &Expr) -> Option<Place> {
    let mut expr = root;
    let first = loop {
        expr = match expr {
            Expr::LocalExpr(_, body) => body,
            Expr::BinaryOp(op) => &op.rhs,
            Expr::AssertExpr(assert) => &assert.rest,
            Expr::Arr(items) => items.first()?,
            Expr::ArrComp(item, _) => item,
            Expr::Obj(ObjBody::MemberList(members)) | Expr::ObjExtend(_, ObjBody::MemberList(members)) => {
                break members.fields.iter().map(|field| &field.name.span).min_by_key(|span| span.1)?;
            }
            _ => return extent(expr).map(|span| span_place(&span)),
        };
    };
    let start = first.0.code().get(..first.1 as usize)?.rfind('{')?;
    Some(place(&file_of(first), first.0.code(), start, start + 1))
}

fn deeper(first: Option<Hit>, second: Option<Hit>) -> Option<Hit> {
    match (first, second) {
        (Some(first), Some(second)) if second.depth > first.depth => Some(second),
        (Some(first), _) => Some(first),
        (None, second) => second,
    }
}

fn name_of(field: &FieldMember) -> Option<&str> {
    match &field.name.value {
        FieldName::Fixed(name) | FieldName::Dyn(Expr::Str(name)) => Some(name.as_str()),
        FieldName::Dyn(_) => None,
    }
}

struct FieldNames {
    path: Vec<String>,
    found: BTreeMap<(String, usize), Vec<String>>,
}

impl Visitor for FieldNames {
    fn visit_expr(&mut self, expr: &Expr) {
        let members = match expr {
            Expr::Obj(ObjBody::MemberList(members)) => members,
            Expr::ObjExtend(base, ObjBody::MemberList(members)) => {
                self.visit_expr(base);
                members
            }
            _ => return visit_expr(self, expr),
        };
        for field in &members.fields {
            let Some(name) = name_of(field) else { continue };
            self.path.push(name.to_owned());
            let place = span_place(&field.name.span);
            self.found.insert((place.file, place.line), self.path.clone());
            self.visit_expr(&field.value);
            self.path.pop();
        }
    }
}

struct Finder<'s> {
    sought: &'s Sought<'s>,
    field: Option<String>,
    function: Option<String>,
    hit: Option<Span>,
}

impl Finder<'_> {
    fn within(&mut self, field: Option<String>, function: Option<String>, visit: impl FnOnce(&mut Self)) {
        let outer = (std::mem::replace(&mut self.field, field), std::mem::replace(&mut self.function, function));
        visit(self);
        (self.field, self.function) = outer;
    }

    fn fields(&mut self, fields: &[FieldMember]) {
        for field in fields {
            let name = name_of(field).map(str::to_owned);
            let function = if field.params.is_some() { name.clone() } else { self.function.clone() };
            self.within(name, function, |finder| finder.visit_expr(&field.value));
        }
    }

    fn binds(&mut self, binds: &[BindSpec]) {
        for bind in binds {
            match bind {
                BindSpec::Function { name, value, .. } => {
                    self.within(self.field.clone(), Some(name.to_string()), |finder| finder.visit_expr(value));
                }
                BindSpec::Field { into, value } => {
                    let function = match (into, value) {
                        (Destruct::Full(name), Expr::Function(..)) => Some(name.value.to_string()),
                        _ => self.function.clone(),
                    };
                    self.within(self.field.clone(), function, |finder| finder.visit_expr(value));
                }
            }
        }
    }
}

impl Visitor for Finder<'_> {
    fn visit_expr(&mut self, expr: &Expr) {
        if self.hit.is_some() {
            return;
        }
        match (expr, self.sought) {
            (Expr::Index { parts, .. }, Sought::Index { field, name })
                if field.is_none_or(|field| self.field.as_deref() == Some(field)) =>
            {
                let part = parts.iter().find(|part| matches!(&part.value, Expr::Str(text) if text.as_str() == *name));
                if let Some(part) = part {
                    self.hit = Some(part.span.clone());
                    return;
                }
            }
            (Expr::Import(kind, path), Sought::Import { wanted }) if matches!(&**path, Expr::Str(text) if text.as_str() == *wanted) =>
            {
                self.hit = Some(kind.span.clone());
                return;
            }
            (Expr::BinaryOp(op), Sought::Operator { function, symbol })
                if self.function.as_deref() == Some(*function) && op.op.to_string() == **symbol =>
            {
                self.hit = extent(expr);
                if self.hit.is_some() {
                    return;
                }
            }
            _ => {}
        }
        match expr {
            Expr::Obj(ObjBody::MemberList(members)) => {
                self.binds(&members.locals);
                self.fields(&members.fields);
            }
            Expr::ObjExtend(base, ObjBody::MemberList(members)) => {
                self.visit_expr(base);
                self.binds(&members.locals);
                self.fields(&members.fields);
            }
            Expr::LocalExpr(binds, body) => {
                self.binds(binds);
                self.visit_expr(body);
            }
            _ => visit_expr(self, expr),
        }
    }
}

/// From the first to the last span inside an expression; most expressions have none of their own.
fn extent(expr: &Expr) -> Option<Span> {
    struct Extent(Option<Span>);
    impl Extent {
        fn add(&mut self, span: &Span) {
            self.0 = Some(match self.0.take() {
                Some(known) => Span(known.0, known.1.min(span.1), known.2.max(span.2)),
                None => span.clone(),
            });
        }
    }
    impl Visitor for Extent {
        fn visit_expr(&mut self, expr: &Expr) {
            match expr {
                Expr::Var(name) => self.add(&name.span),
                Expr::Index { parts, .. } => parts.iter().for_each(|part| self.add(&part.span)),
                Expr::Apply(_, args, _) => self.add(&args.span),
                Expr::Import(kind, _) => self.add(&kind.span),
                _ => {}
            }
            visit_expr(self, expr);
        }
    }
    let mut extent = Extent(None);
    extent.visit_expr(expr);
    extent.0
}
