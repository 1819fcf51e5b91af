//! Functions in jsonnet that are asked about a cluster or a fleet: a fleet's own rules, and the library's delivery.

use std::collections::HashMap;

use jrsonnet_evaluator::tla::{TlaArg, apply_tla};
use jrsonnet_evaluator::{IStr, NumValue, ObjValueBuilder, Val};

use super::Evaluator;
use super::convert::{Trail, convert};
use crate::finding::Finding;
use crate::value::Value;

impl Evaluator {
    /// What the function in `file` answers if its parameter is `value`.
    ///
    /// # Errors
    /// What is wrong with the file, or why it does not answer.
    pub fn call(&mut self, file: &str, parameter: &str, value: &Value) -> Result<Value, Vec<Finding>> {
        self.limited(file, |this| {
            let function = this.evaluate(file)?;
            if !matches!(function, Val::Func(_)) {
                let hint =
                    format!("write `function({parameter}) [ … ]`: it returns a finding for each thing that is wrong");
                return Err(vec![Finding::refusal(format!("{file} is no function")).hint(hint)]);
            }
            // The engine calls a function from outside by the names of its parameters alone; their hash is their text's.
            #[allow(clippy::mutable_key_type)]
            let arguments = HashMap::from([(IStr::from(parameter), TlaArg::Val(engine_value(value)))]);
            let answer = apply_tla(&arguments, function).and_then(|answer| convert(&answer, &Trail::root(file)));
            answer.map_err(|error| this.explain(&error, file))
        })
    }
}

/// Plain data as the engine has it.
fn engine_value(value: &Value) -> Val {
    match value {
        Value::Null => Val::Null,
        Value::Bool(flag) => Val::Bool(*flag),
        // Plain data holds no other number than the engine's own.
        Value::Number(number) => NumValue::new(*number).map_or(Val::Null, Val::Num),
        Value::String(text) => Val::string(text.as_str()),
        Value::List(items) => Val::arr(items.iter().map(engine_value).collect::<Vec<_>>()),
        Value::Map(map) => {
            let mut object = ObjValueBuilder::with_capacity(map.iter().len());
            for (key, value) in map.iter() {
                object.field(key).value(engine_value(value));
            }
            Val::Obj(object.build())
        }
    }
}
