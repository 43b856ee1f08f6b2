//! Adds counters to the kernel: every piece of straight code adds to them what it does.
//!
//! An operation is a comparison, calculation, selection, conversion, branch, operation of a subgroup, computed place in
//! memory, or access to memory that invocations share. What a compiler does without an instruction is none: copies
//! between registers, constants, fields of structures. It optimises across pieces, too, so that a device executes
//! other instructions than these; but it does so for all designs alike.

use naga::valid::{Capabilities, ValidationFlags, Validator};
use naga::{
    AddressSpace, BinaryOperator, Block, Expression, Function, GlobalVariable, Handle, Literal, Module, Span,
    Statement,
};

/// Names of the counters, which the text declares as private variables.
const COUNTERS: [&str; 3] = ["ops", "reads", "writes"];

/// What one piece does, in the order of the counters.
type Counts = [u32; 3];

/// The text with counters added, except in the functions that are named, and the operations of the loops of `due_set`.
pub(crate) fn instrument(text: &str, except: &[&str]) -> (String, u32) {
    let mut module =
        naga::front::wgsl::parse_str(text).unwrap_or_else(|error| panic!("{}", error.emit_to_string(text)));
    let counters = COUNTERS.map(|name| {
        let found = module.global_variables.iter().find(|(_, g)| g.name.as_deref() == Some(name));
        found.expect("the text declares the counters").0
    });
    let mut functions = std::mem::take(&mut module.functions);
    let mut in_loops = 0;
    for (_, function) in functions.iter_mut() {
        let name = function.name.clone().unwrap_or_default();
        if except.contains(&name.as_str()) {
            continue;
        }
        let mut body = std::mem::take(&mut function.body);
        let mut pass = Pass { module: &module, function, counters, depth: 0, in_loops: 0 };
        body = pass.block(body);
        if name == "due_set" {
            in_loops = pass.in_loops;
        }
        function.body = body;
    }
    module.functions = functions;
    let info = Validator::new(ValidationFlags::all(), Capabilities::SUBGROUP)
        .validate(&module)
        .expect("the counters are valid");
    let flags = naga::back::wgsl::WriterFlags::empty();
    (naga::back::wgsl::write_string(&module, &info, flags).expect("it can be written"), in_loops)
}

struct Pass<'a> {
    module: &'a Module,
    function: &'a mut Function,
    counters: [Handle<GlobalVariable>; 3],
    /// Loops around the present block, and the operations in them.
    depth: u32,
    in_loops: u32,
}

impl Pass<'_> {
    /// A piece ends where control may go elsewhere.
    fn block(&mut self, block: Block) -> Block {
        let mut out = Block::new();
        let mut piece = Block::new();
        let mut counts = Counts::default();
        for (statement, span) in block.span_into_iter() {
            for (sum, n) in counts.iter_mut().zip(self.counts(&statement)) {
                *sum += n;
            }
            let ends = matches!(
                statement,
                Statement::If { .. }
                    | Statement::Switch { .. }
                    | Statement::Loop { .. }
                    | Statement::Block(_)
                    | Statement::Call { .. }
                    | Statement::Break
                    | Statement::Continue
                    | Statement::Return { .. }
            );
            let statement = self.inside(statement);
            piece.push(statement, span);
            if ends {
                self.close(&mut out, &mut piece, &mut counts);
            }
        }
        self.close(&mut out, &mut piece, &mut counts);
        out
    }

    fn inside(&mut self, statement: Statement) -> Statement {
        match statement {
            Statement::Block(block) => Statement::Block(self.block(block)),
            Statement::If { condition, accept, reject } => {
                Statement::If { condition, accept: self.block(accept), reject: self.block(reject) }
            }
            Statement::Switch { selector, mut cases } => {
                for case in &mut cases {
                    case.body = self.block(std::mem::take(&mut case.body));
                }
                Statement::Switch { selector, cases }
            }
            Statement::Loop { body, continuing, break_if } => {
                self.depth += 1;
                let (body, continuing) = (self.block(body), self.block(continuing));
                self.depth -= 1;
                Statement::Loop { body, continuing, break_if }
            }
            other => other,
        }
    }

    /// Puts what counts a piece before it.
    fn close(&mut self, out: &mut Block, piece: &mut Block, counts: &mut Counts) {
        self.in_loops += if self.depth > 0 { counts[0] } else { 0 };
        for (counter, n) in self.counters.into_iter().zip(std::mem::take(counts)) {
            if n == 0 {
                continue;
            }
            let expressions = &mut self.function.expressions;
            let mut add = |e| expressions.append(e, Span::UNDEFINED);
            let pointer = add(Expression::GlobalVariable(counter));
            let n = add(Expression::Literal(Literal::U32(n)));
            let before = add(Expression::Load { pointer });
            let value = add(Expression::Binary { op: BinaryOperator::Add, left: before, right: n });
            let emitted = naga::Range::new_from_bounds(before, value);
            out.push(Statement::Emit(emitted), Span::UNDEFINED);
            out.push(Statement::Store { pointer, value }, Span::UNDEFINED);
        }
        out.append(piece);
    }

    fn counts(&self, statement: &Statement) -> Counts {
        match statement {
            Statement::Emit(range) => range.clone().fold(Counts::default(), |sum, e| {
                let n = self.of_expression(e);
                [sum[0] + n[0], sum[1] + n[1], sum[2] + n[2]]
            }),
            Statement::Store { pointer, .. } if self.is_shared(*pointer) => [1, 0, 1],
            Statement::If { .. }
            | Statement::Switch { .. }
            | Statement::Loop { .. }
            | Statement::SubgroupBallot { .. }
            | Statement::SubgroupGather { .. }
            | Statement::SubgroupCollectiveOperation { .. } => [1, 0, 0],
            _ => [0; 3],
        }
    }

    fn of_expression(&self, expression: Handle<Expression>) -> Counts {
        match self.function.expressions[expression] {
            Expression::Unary { .. }
            | Expression::Binary { .. }
            | Expression::Select { .. }
            | Expression::Math { .. }
            | Expression::Relational { .. }
            | Expression::As { .. } => [1, 0, 0],
            Expression::Access { base, .. } if self.is_shared(base) => [1, 0, 0],
            Expression::Load { pointer } if self.is_shared(pointer) => [1, 1, 0],
            _ => [0; 3],
        }
    }

    /// Whether a pointer leads to a storage buffer.
    fn is_shared(&self, mut pointer: Handle<Expression>) -> bool {
        loop {
            match self.function.expressions[pointer] {
                Expression::Access { base, .. } | Expression::AccessIndex { base, .. } => pointer = base,
                Expression::GlobalVariable(g) => {
                    let space = self.module.global_variables[g].space;
                    return matches!(space, AddressSpace::Storage { .. });
                }
                _ => return false,
            }
        }
    }
}
