"""PyTorch's side of the benchmark: one job a line on standard input, its seconds on standard output.

A job is JSON: {"what": "trace" | "train", "cell": "LSTM" | "GRU" | "SimpleRNN", "shape": [batch, steps, features, units],
"threads": n}. `trace` runs two layers, the second's last step into a mean squared error, and differentiates by the output of
the first; nothing else is differentiated. `train` is one step of Adam on both layers.
"""
import json
import sys
import time

import torch

LAYERS = {"LSTM": torch.nn.LSTM, "GRU": torch.nn.GRU, "SimpleRNN": torch.nn.RNN}
made = {}


def jobs(what, cell, batch, steps, features, units):
    torch.manual_seed(0)
    lower = LAYERS[cell](features, units, batch_first=True)
    upper = LAYERS[cell](units, units, batch_first=True)
    x = torch.randn(batch, steps, features)
    y = torch.rand(batch, units) * 2 - 1
    loss = torch.nn.functional.mse_loss

    def trace():
        with torch.no_grad():
            h = lower(x)[0]
        h.requires_grad_()
        torch.autograd.grad(loss(upper(h)[0][:, -1], y), h)

    def train():
        optimiser.zero_grad()
        loss(upper(lower(x)[0])[0][:, -1], y).backward()
        optimiser.step()

    parameters = list(lower.parameters()) + list(upper.parameters())
    if what == "train":
        optimiser = torch.optim.Adam(parameters, lr=4e-3)
        return train
    for parameter in parameters:
        parameter.requires_grad_(False)
    return trace


print(json.dumps({"version": torch.__version__}), flush=True)
for line in sys.stdin:
    job = json.loads(line)
    torch.set_num_threads(job["threads"])
    key = (job["what"], job["cell"], *job["shape"])
    if key not in made:
        made.clear()
        made[key] = jobs(*key)
        made[key]()  # warms up
        made[key]()
    start = time.perf_counter()
    made[key]()
    print(json.dumps({"seconds": time.perf_counter() - start}), flush=True)
