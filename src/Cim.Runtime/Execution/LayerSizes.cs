using Cim.Runtime.Crossbar;

namespace Cim.Runtime.Execution;

/// <summary>Sizes of a layer's tensors.</summary>
internal static class LayerSizes
{
    /// <summary>Input elements of one image.</summary>
    public static long InputsPerImage(this CrossbarLayer layer) => layer.Geometry is { } g
        ? checked((long)g.InputChannels * g.InputHeight * g.InputWidth)
        : checked((long)layer.Groups * layer.RowsPerGroup * layer.PositionsPerImage);
}
