"""A training run: the gradient of a batch, and the update with it."""
import torch
from method import ONLINE, TARGET, losses


def trainer(parameters, statistics, size, objective, learning_rate=3e-4, weight_decay=5e-5, clip=1, momentum=0.996):
    """Two functions: `backward(views, contrastive, reconstruction)` leaves gradients at the trained parameters and
    returns the loss parts; `update()` clips them, takes an AdamW step and moves the target network. All in place."""
    trained = {name: value.requires_grad_() for name, value in parameters.items() if not name.startswith(TARGET)}
    values = list(trained.values())
    optimizer = torch.optim.AdamW(values, lr=learning_rate, weight_decay=weight_decay)
    online = [(name[len(ONLINE) :], value) for name, value in trained.items() if name.startswith(ONLINE)]
    followed = [(parameters[TARGET + name], value) for name, value in online]

    def backward(views, contrastive, reconstruction):
        optimizer.zero_grad(set_to_none=True)
        parts = losses(parameters, statistics, views, contrastive, reconstruction, size, objective)
        parts['loss'].backward()
        return {name: part.item() for name, part in parts.items()}

    @torch.no_grad()
    def update():
        torch.nn.utils.clip_grad_value_(values, clip)
        optimizer.step()
        for target, value in followed:
            target.lerp_(value, 1 - momentum)

    return backward, update
