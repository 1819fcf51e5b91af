//! Values of the engine to plain data.

use jrsonnet_evaluator::error::ErrorKind;
use jrsonnet_evaluator::{Error, Val};

use crate::value::{Map, Value};

/// Where a value stands, as a chain on the stack: no text is made unless something is wrong.
#[derive(Clone, Copy)]
pub struct Trail<'a> {
    outer: Option<&'a Trail<'a>>,
    depth: usize,
    step: Step<'a>,
}

#[derive(Clone, Copy)]
pub enum Step<'a> {
    Name(&'a str),
    Index(usize),
}

impl<'a> Trail<'a> {
    /// The top, under this name.
    pub fn root(name: &'a str) -> Self {
        Self { outer: None, depth: 0, step: Step::Name(name) }
    }

    fn inner(&'a self, step: Step<'a>) -> Self {
        Self { outer: Some(self), depth: self.depth + 1, step }
    }

    fn text(&self) -> String {
        let outer = self.outer.map(Trail::text);
        match (outer, self.step) {
            (None, Step::Name(name)) => name.to_owned(),
            (None, Step::Index(index)) => format!("[{index}]"),
            (Some(outer), Step::Name(name)) => format!("{outer}.{name}"),
            (Some(outer), Step::Index(index)) => format!("{outer}[{index}]"),
        }
    }
}

/// Nesting that no manifest reaches; the deepest schemas of real CRDs have some sixty levels.
const DEEPEST_VALUE: usize = 256;

/// Evaluates a value to the bottom.
pub fn convert(value: &Val, trail: &Trail<'_>) -> Result<Value, Error> {
    if trail.depth > DEEPEST_VALUE {
        let start: String = trail.text().chars().take(80).collect();
        return Err(runtime_error(format!(
            "`{start}…` is nested more than {DEEPEST_VALUE} levels deep\nlook for a value that contains itself"
        )));
    }
    Ok(match value {
        Val::Null => Value::Null,
        Val::Bool(flag) => Value::Bool(*flag),
        Val::Num(number) => Value::Number(number.get()),
        Val::Str(text) => Value::String(text.clone().into_flat().to_string()),
        Val::Arr(items) => {
            let mut list = Vec::with_capacity(items.len().min(1024) as usize);
            for (i, item) in items.iter().enumerate() {
                list.push(convert(&item?, &trail.inner(Step::Index(i)))?);
            }
            Value::List(list)
        }
        Val::Obj(object) => {
            object.run_assertions()?;
            let names = object.fields();
            let mut entries = Vec::with_capacity(names.len());
            for name in names {
                let field = object.get_or_bail(name.clone())?;
                entries.push((name.to_string(), convert(&field, &trail.inner(Step::Name(&name)))?));
            }
            Value::Map(Map::from_entries(entries))
        }
        Val::Func(_) => {
            return Err(runtime_error(format!(
                "`{}` is a function, which no manifest can hold\ncall it, or hide it with `::`",
                trail.text()
            )));
        }
    })
}

fn runtime_error(message: String) -> Error {
    ErrorKind::RuntimeError(message.into()).into()
}
