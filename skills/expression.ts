/**
 * Arithmetic in text: a recursive-descent evaluator. It knows numbers, operators and a fixed set of
 * functions, nothing of the language it is written in, so there is nothing to break out of.
 *
 *     sum     = product { ("+" | "-") product }
 *     product = unary { ("*" | "/" | "%") unary }
 *     unary   = ("+" | "-") unary | power
 *     power   = atom [ ("^" | "**") unary ]            right-associative; -2^2 is -4
 *     atom    = number | constant | function "(" sum { "," sum } ")" | "(" sum ")"
 *
 * @module
 */

/** The longest expression, in characters. */
export const EXPRESSION_CHARS_MAX = 1000;

/** How deep parentheses, signs and powers may nest; keeps the recursion off the end of the stack. */
const DEPTH_MAX = 100;

const CONSTANTS: ReadonlyMap<string, number> = new Map([["pi", Math.PI], ["e", Math.E]]);

interface Operation {
  /** The number of arguments wanted; null for one or more. */
  readonly arity: number | null;
  readonly apply: (...values: number[]) => number;
}

const FUNCTIONS: ReadonlyMap<string, Operation> = new Map<string, Operation>([
  ...([
    "abs",
    "sqrt",
    "cbrt",
    "exp",
    "ln",
    "log10",
    "log2",
    "sin",
    "cos",
    "tan",
    "asin",
    "acos",
  ] as const)
    .map((name): [string, Operation] => [
      name,
      { arity: 1, apply: name === "ln" ? Math.log : Math[name] },
    ]),
  ...(["atan", "floor", "ceil", "round", "trunc", "sign"] as const)
    .map((name): [string, Operation] => [name, { arity: 1, apply: Math[name] }]),
  ["min", { arity: null, apply: Math.min }],
  ["max", { arity: null, apply: Math.max }],
  ["hypot", { arity: null, apply: Math.hypot }],
]);

const TOKEN =
  /\s*(?:(\d+\.?\d*(?:[eE][+-]?\d+)?|\.\d+(?:[eE][+-]?\d+)?)|([A-Za-z_][A-Za-z_0-9]*)|(\*\*|[-+*/%^(),]))/y;

interface Token {
  readonly kind: "number" | "name" | "sign" | "end";
  readonly text: string;
  /** The first character, counted from 1. */
  readonly at: number;
}

/**
 * The value of an expression.
 *
 * @param text such as `2 * (3 + sqrt(16))`
 * @throws {RangeError} if it is too long, nests too deep, or has no finite value
 * @throws {SyntaxError} if it is no expression, naming the place and what was wanted there
 */
export function evaluateExpression(text: string): number {
  if (text.length > EXPRESSION_CHARS_MAX) {
    throw new RangeError(
      `Expression has ${text.length} characters, wanted at most ${EXPRESSION_CHARS_MAX}`,
    );
  }
  const value = new Evaluator(tokenize(text)).evaluate();
  if (!Number.isFinite(value)) {
    throw new RangeError(`Expression has no finite value: it is ${value}`);
  }
  return value;
}

function tokenize(text: string): Token[] {
  const tokens: Token[] = [];
  const end = text.trimEnd().length;
  const pattern = new RegExp(TOKEN);
  while (pattern.lastIndex < end) {
    const from = pattern.lastIndex;
    const match = pattern.exec(text);
    if (match === null) {
      const at = from + (/^\s*/.exec(text.slice(from))?.[0].length ?? 0);
      throw unexpected(
        { kind: "sign", text: text.charAt(at), at: at + 1 },
        "a number or an operator",
      );
    }
    const [, number, name, sign = ""] = match;
    const token = number ?? name ?? sign;
    tokens.push({
      kind: number !== undefined ? "number" : name !== undefined ? "name" : "sign",
      text: token,
      at: pattern.lastIndex - token.length + 1,
    });
  }
  tokens.push({ kind: "end", text: "", at: end + 1 });
  return tokens;
}

function unexpected(found: Token, wanted: string): SyntaxError {
  const what = found.kind === "end" ? "the end" : JSON.stringify(found.text);
  return new SyntaxError(`Expression has ${what} at character ${found.at}, wanted ${wanted}`);
}

class Evaluator {
  readonly #tokens: readonly Token[];
  #next = 0;
  #depth = 0;

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
  }

  evaluate(): number {
    const value = this.#sum();
    if (this.#peek().kind !== "end") throw unexpected(this.#peek(), "an operator or the end");
    return value;
  }

  #sum(): number {
    let value = this.#product();
    for (;;) {
      if (this.#take("+")) value += this.#product();
      else if (this.#take("-")) value -= this.#product();
      else return value;
    }
  }

  #product(): number {
    let value = this.#unary();
    for (;;) {
      if (this.#take("*")) value *= this.#unary();
      else if (this.#take("/")) value /= this.#divisor();
      else if (this.#take("%")) value %= this.#divisor();
      else return value;
    }
  }

  #divisor(): number {
    const value = this.#unary();
    if (value === 0) throw new RangeError("Expression divides by zero");
    return value;
  }

  #unary(): number {
    if (++this.#depth > DEPTH_MAX) {
      throw new RangeError(`Expression nests deeper than ${DEPTH_MAX}`);
    }
    const value = this.#take("-")
      ? -this.#unary()
      : this.#take("+")
      ? this.#unary()
      : this.#power();
    this.#depth--;
    return value;
  }

  #power(): number {
    const base = this.#atom();
    return this.#take("^") || this.#take("**") ? base ** this.#unary() : base;
  }

  #atom(): number {
    const token = this.#peek();
    if (token.kind === "number") {
      this.#next++;
      return Number(token.text);
    }
    if (token.kind === "name") {
      this.#next++;
      return this.#named(token);
    }
    if (!this.#take("(")) throw unexpected(token, "a number, a name or (");
    const value = this.#sum();
    this.#expect(")");
    return value;
  }

  #named(name: Token): number {
    const constant = CONSTANTS.get(name.text);
    if (constant !== undefined) return constant;
    const operation = FUNCTIONS.get(name.text);
    if (operation === undefined) {
      throw unexpected(name, `one of ${[...CONSTANTS.keys(), ...FUNCTIONS.keys()].join(", ")}`);
    }
    this.#expect("(");
    const values = [this.#sum()];
    while (this.#take(",")) values.push(this.#sum());
    this.#expect(")");
    if (operation.arity !== null && operation.arity !== values.length) {
      throw new SyntaxError(
        `Expression gives ${name.text} ${values.length} arguments, wanted ${operation.arity}`,
      );
    }
    return operation.apply(...values);
  }

  #peek(): Token {
    return this.#tokens[this.#next] ?? { kind: "end", text: "", at: 0 };
  }

  #take(sign: string): boolean {
    const token = this.#peek();
    if (token.kind !== "sign" || token.text !== sign) return false;
    this.#next++;
    return true;
  }

  #expect(sign: string): void {
    if (!this.#take(sign)) throw unexpected(this.#peek(), sign);
  }
}
