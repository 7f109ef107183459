"""The encoder in evaluation as a stack of PyTorch's own TransformerEncoderLayer, with the same parameters."""
from method import read_out
from torch import nn


def encoder_layers(parameters, network, size):
    """The stack, ready for `[scans, rois, rois]`."""
    layers = nn.Sequential(
        *(nn.TransformerEncoderLayer(size.rois, size.heads, size.ffn, batch_first=True) for _ in range(size.layers))
    )
    prefix = f'{network}attention_list.'
    layers.load_state_dict({name[len(prefix) :]: value for name, value in parameters.items() if name.startswith(prefix)})
    return layers.eval()


def embed_by_layers(layers, parameters, network, fc):
    return read_out(parameters, network, layers(fc))
