"""Exports of PyTorch policies: ONNX, which any server of models reads, and TorchScript."""

import pathlib


def export_torch(policy, output_dir):
    """Writes an RLlib policy's network as `policy.onnx` and `policy.pt`: observations [batch, …] in; out the action
    that it favours, [batch] or [batch, …], and what actions are drawn by: logits, or means and log deviations.

    An action space other than Discrete and Box has no `action` output.
    """
    import gymnasium
    import torch

    space = policy.action_space
    discrete, box = (isinstance(space, kind) for kind in (gymnasium.spaces.Discrete, gymnasium.spaces.Box))

    class Network(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.model = policy.model

        def forward(self, observations):
            outputs, _ = self.model({"obs": observations, "obs_flat": observations}, [], None)
            if discrete:
                return outputs.argmax(dim=-1), outputs
            return (outputs[:, : space.shape[0]], outputs) if box else outputs

    shape = policy.observation_space.shape
    example = torch.zeros((2, *shape), dtype=torch.float32)
    network = Network().eval()
    names = (["action"] if discrete or box else []) + ["action_dist_inputs"]
    folder = pathlib.Path(output_dir)
    with torch.no_grad():
        torch.jit.trace(network, example, check_trace=False).save(str(folder / "policy.pt"))
        torch.onnx.export(
            network,
            (example,),
            str(folder / "policy.onnx"),
            input_names=["observations"],
            output_names=names,
            dynamic_axes={name: {0: "batch"} for name in ["observations", *names]},
        )
    print(f"Saved the policy as {folder / 'policy.onnx'} and {folder / 'policy.pt'}")
