"""A generator that changes three numbers of the best program at random: roles: { generator: "command:python3 examples/players/random_search.py" }"""
import json, random, re, sys

request = json.load(sys.stdin)
best = request["best"]
program = best["program"] if best else request["from"]
code = program["code"] if program else request["task"]["start"]
random.seed(f"{request['seed']} {request['t']}")
numbers = list(re.finditer(r"(?<![\w.])\d+\.\d+(?![\w.])", code))
for found in sorted(random.sample(numbers, min(3, len(numbers))), key=lambda one: -one.start()):
    code = code[:found.start()] + f"{float(found.group()) * random.uniform(0.7, 1.4):.4g}" + code[found.end():]
print(json.dumps({"code": code, "thought": "three numbers, each times 0.7 to 1.4"}))
