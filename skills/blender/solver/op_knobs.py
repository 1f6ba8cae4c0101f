"""Operation "knobs": the tunable numbers of a program, read off its own syntax tree.

A knob is a numeric literal whose change could change the picture continuously: a coordinate, an angle, a colour
component, an energy, a roughness. Numbers that count, index, time or switch are not knobs. No marked parameters are
needed: whether a knob does anything is found out by op_trace, not guessed here.

Spans are byte offsets into the UTF-8 program (`start`, `end`), because Python's columns are byte columns too.
"""

import ast

from .knob_words import (DISCRETE_CALLS, RENDER_SETTINGS, count_names, dotted, index_names, is_discrete, is_stop, kind_of,
                         whole_numbers)


class Finder:
    """Walks the tree keeping a context: the name a number would be known by, and why it may not be a knob."""

    def __init__(self, source):
        self.lines = [0]
        data = source.encode("utf-8")
        for i, byte in enumerate(data):
            if byte == 0x0A:
                self.lines.append(i + 1)
        self.data = data
        self.knobs = []
        self.functions = {}
        self.indices = set()
        self.counters = set()
        self.depth = 0

    def offset(self, line, col):
        return self.lines[line - 1] + col

    def program(self, tree):
        for node in ast.walk(tree):
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
                self.functions[node.name] = [a.arg for a in node.args.posonlyargs + node.args.args]
        self.indices = index_names(tree, self.functions)
        self.counters = count_names(tree, self.functions)
        self.body(tree.body)
        self.knobs.sort(key=lambda knob: knob["start"])
        for i, knob in enumerate(self.knobs):
            knob["id"] = i
        return self.knobs

    # ---- statements ----
    def body(self, statements):
        for node in statements:
            self.statement(node)

    def statement(self, node):
        if isinstance(node, ast.Assign):
            self.assigned(node.targets[0], node.value)
        elif isinstance(node, ast.AnnAssign) and node.value is not None:
            self.assigned(node.target, node.value)
        elif isinstance(node, ast.AugAssign):
            self.assigned(node.target, node.value)
        elif isinstance(node, ast.Expr):
            self.value(node.value, "", None)
        elif isinstance(node, ast.Return) and node.value is not None:
            self.value(node.value, "return", None)
        elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            positional = node.args.posonlyargs + node.args.args
            for arg, default in zip(positional[len(positional) - len(node.args.defaults):], node.args.defaults):
                self.named(arg.arg, default, f"{node.name}.{arg.arg}")
            for arg, default in zip(node.args.kwonlyargs, node.args.kw_defaults):
                if default is not None:
                    self.named(arg.arg, default, f"{node.name}.{arg.arg}")
            self.depth += 1
            self.body(node.body)
            self.depth -= 1
        elif isinstance(node, (ast.For, ast.AsyncFor)):
            # A literal sequence that is looped over holds data; a computed one holds loop bounds.
            if isinstance(node.iter, (ast.Tuple, ast.List, ast.Call)) and not whole_numbers(node.iter):
                self.value(node.iter, dotted(node.target) or "loop", None)
            self.body(node.body)
            self.body(node.orelse)
        elif isinstance(node, (ast.If, ast.While)):
            self.body(node.body)
            self.body(node.orelse)
        elif isinstance(node, (ast.With, ast.AsyncWith)):
            for item in node.items:
                self.value(item.context_expr, "", None)
            self.body(node.body)
        elif isinstance(node, ast.Try):
            self.body(node.body)
            for handler in node.handlers:
                self.body(handler.body)
            self.body(node.orelse)
            self.body(node.finalbody)
        elif isinstance(node, ast.ClassDef):
            self.body(node.body)

    def assigned(self, target, value):
        if isinstance(target, (ast.Tuple, ast.List)):
            if isinstance(value, (ast.Tuple, ast.List)) and len(value.elts) == len(target.elts):
                for one, part in zip(target.elts, value.elts):
                    self.assigned(one, part)
                return
        name = dotted(target) or "value"
        last = target.attr if isinstance(target, ast.Attribute) else name
        parts = {w for w in name.replace(" ", ".").split(".")}
        if self.counts(last) or is_stop(name) or parts & RENDER_SETTINGS:
            return
        self.value(value, name, None)

    def counts(self, name):
        return is_discrete(name) or name in self.indices

    def named(self, name, value, label):
        if not self.counts(name):
            self.value(value, label, None)

    # ---- expressions ----
    def value(self, node, name, group, angle=None, inside=False):
        """`group`: (id, component, size) of the literal vector the number sits in. `inside`: part of arithmetic."""
        if isinstance(node, ast.Constant) or (
            isinstance(node, ast.UnaryOp) and isinstance(node.op, (ast.USub, ast.UAdd))
            and isinstance(node.operand, ast.Constant)
        ):
            self.number(node, name, group, angle, inside)
        elif isinstance(node, ast.UnaryOp):
            self.value(node.operand, name, group, angle, inside)
        elif isinstance(node, (ast.Tuple, ast.List)):
            size = len(node.elts)
            flat = all(not isinstance(e, (ast.Tuple, ast.List, ast.Dict)) for e in node.elts)
            for i, element in enumerate(node.elts):
                inner = f"{name}[{i}]"
                if flat and 2 <= size <= 4:
                    self.value(element, inner, (self.offset(node.lineno, node.col_offset), i, size), angle, False)
                else:
                    self.value(element, inner, None, angle, False)
        elif isinstance(node, ast.Dict):
            for key, item in zip(node.keys, node.values):
                label = key.value if isinstance(key, ast.Constant) and isinstance(key.value, str) else ""
                if not label or not is_discrete(label):
                    self.value(item, f"{name}.{label}" if label else name, None, angle)
        elif isinstance(node, ast.BinOp):
            power = isinstance(node.op, ast.Pow)
            if not isinstance(node.op, (ast.Mod, ast.LShift, ast.RShift, ast.BitOr, ast.BitAnd, ast.BitXor)):
                self.value(node.left, name, group, angle, True)
                if not power:
                    self.value(node.right, name, group, angle, True)
        elif isinstance(node, ast.IfExp):
            self.value(node.body, name, group, angle, inside)
            self.value(node.orelse, name, group, angle, inside)
        elif isinstance(node, (ast.ListComp, ast.GeneratorExp, ast.SetComp)):
            self.value(node.elt, name, None, angle)
            for comp in node.generators:
                if isinstance(comp.iter, (ast.Tuple, ast.List)) and not whole_numbers(comp.iter):
                    self.value(comp.iter, name, None, angle)
        elif isinstance(node, ast.Starred):
            self.value(node.value, name, group, angle)
        elif isinstance(node, ast.Attribute):
            self.value(node.value, name, group, angle)
        elif isinstance(node, ast.NamedExpr):
            self.value(node.value, name, group, angle)
        elif isinstance(node, ast.Call):
            self.call(node, name, group, angle, inside)

    def call(self, node, name, group, angle, inside):
        function = dotted(node.func)
        last = function.split(".")[-1]
        if last in DISCRETE_CALLS or is_stop(function):
            return
        if isinstance(node.func, ast.Attribute):
            self.value(node.func.value, name, None, angle)
        if last in ("radians", "degrees"):
            for arg in node.args:
                self.value(arg, name, group, "degrees" if last == "radians" else "radians", inside)
            return
        if last in ("Vector", "Euler", "Color", "Quaternion", "tuple", "list", "array", "min", "max", "float", "abs",
                    "sin", "cos", "tan", "sqrt", "sum", "sorted", "zip", "new"):
            for arg in node.args:
                self.value(arg, name or last, group, "radians" if last == "Euler" else angle, inside)
            for keyword in node.keywords:
                self.value(keyword.value, f"{name or last}.{keyword.arg}", None, angle)
            return
        if last in ("append", "extend", "insert") and isinstance(node.func, ast.Attribute) and self.counts(dotted(node.func.value)):
            return
        if function.endswith(("Matrix.Rotation", "Matrix.Scale", "Matrix.Shear", "Matrix.OrthoProjection")):
            for arg in node.args[:1] + node.args[2:]:
                self.value(arg, name or last, None, "radians" if last == "Rotation" else angle, inside)
            return
        if last == "from_pydata":
            for arg in node.args[:1]:
                self.value(arg, f"{name or last}.vertices", None, None)
            return
        subject = next((a.value for a in node.args if isinstance(a, ast.Constant) and isinstance(a.value, str)), None)
        owner = name if name and name not in ("return", "loop") else (f"{last}({subject})" if subject else last)
        parameters = self.functions.get(function, [])
        for i, arg in enumerate(node.args):
            parameter = parameters[i] if i < len(parameters) else None
            if parameter is not None and self.counts(parameter):
                continue
            self.value(arg, f"{owner}.{parameter}" if parameter else owner, None, None)
        for keyword in node.keywords:
            if keyword.arg is None or not self.counts(keyword.arg):
                self.value(keyword.value, f"{owner}.{keyword.arg}" if keyword.arg else owner, None, None)

    def number(self, node, name, group, angle, inside):
        constant = node.operand if isinstance(node, ast.UnaryOp) else node
        value = constant.value
        if isinstance(value, (bool, complex)) or not isinstance(value, (int, float)):
            return
        integer = isinstance(value, int)
        # Whole numbers inside arithmetic are structure (2 * pi, u / 12), not measurements.
        if inside and integer:
            return
        if integer and name.split("[")[0].split(".")[-1] in self.counters:
            return
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
            value = -value
        if value != value or abs(value) > 1e7:
            return
        base = name.split("[")[0] if group else name
        kind = kind_of(base, angle, False)
        if group and kind == "color" and group[1] == 3:
            return  # alpha: the picture's alpha is not compared
        start = self.offset(node.lineno, node.col_offset)
        end = self.offset(node.end_lineno, node.end_col_offset)
        self.knobs.append({
            "id": -1, "line": node.lineno, "col": node.col_offset, "end_line": node.end_lineno,
            "end_col": node.end_col_offset, "start": start, "end": end, "value": float(value),
            "label": name or "value", "kind": kind, "degrees": angle == "degrees", "isInt": integer,
            "group": group[0] if group else None, "component": group[1] if group else 0,
            "wrap": inside and value >= 0, "inFunction": self.depth > 0,
        })


def find(source):
    """All knobs of a program, in the order they stand in it. Raises SyntaxError for text that is not Python."""
    return Finder(source).program(ast.parse(source))


def literal(value, was_int=False):
    """A number as a person would write it: at most six significant digits, never an exponent where avoidable."""
    if was_int and float(value).is_integer() and abs(value) < 1e7:
        return str(int(value))
    text = f"{value:.6g}"
    if "e" in text:
        text = f"{value:.10f}".rstrip("0")
        text = text + "0" if text.endswith(".") else text
    return text if "." in text or "e" in text else text + ".0"


def patch(source, knobs, values):
    """The program with these knobs set to these values; knobs whose value is unchanged keep their own spelling."""
    data = source.encode("utf-8")
    pairs = sorted(((k, v) for k, v in zip(knobs, values) if v != k["value"]), key=lambda kv: -kv[0]["start"])
    for knob, value in pairs:
        text = literal(value, knob["isInt"])
        if knob["wrap"] and value < 0:
            text = f"({text})"
        data = data[: knob["start"]] + text.encode() + data[knob["end"]:]
    return data.decode("utf-8")


def handle(args, job):
    return {"knobs": find(args["program"])}
