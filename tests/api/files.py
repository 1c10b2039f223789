"""Small workflow files."""

GREETING = """
agent_orchestrator: 1
name: Greeting
nodes:
  who: {type: input, config: {fields: [{name: name}]}}
  greet: {type: template, config: {text: 'Hello {{ inputs.name }}'}}
  done: {type: output}
edges: [who -> greet, greet -> done]
"""

APPROVAL = """
agent_orchestrator: 1
name: Approval
nodes:
  start: {type: input}
  check: {type: approval, config: {message: Is it good?, value: Draft}}
  good: {type: output}
  bad: {type: output, config: {value: 'Rejected: {{ check.comment }}'}}
edges: [start -> check, check.approved -> good, check.rejected -> bad]
"""

SLOW = """
agent_orchestrator: 1
name: Slow
nodes:
  start: {type: input}
  wait: {type: delay, config: {seconds: 600}}
  done: {type: output}
edges: [start -> wait, wait -> done]
"""

APPROVAL_FOR_EACH = """
agent_orchestrator: 1
name: Approval for each
nodes:
  start: {type: template, config: {text: one}}
  each: {type: map, config: {items: start.text}}
  check: {type: approval, parent: each, config: {message: Is it good?, value: '{{ item }}'}}
  done: {type: output}
edges: [start -> each, each -> done]
"""
