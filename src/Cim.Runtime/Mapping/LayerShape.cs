namespace Cim.Runtime.Mapping;

/// <summary>What mapping and cost need to know of a layer: its matrices and how often they are used.</summary>
/// <param name="Name">The node's name.</param>
/// <param name="Groups">Independent blocks (groups of a convolution), else 1.</param>
/// <param name="RowsPerGroup">Inputs of one block (word lines).</param>
/// <param name="ColumnsPerGroup">Outputs of one block (logical columns).</param>
/// <param name="Mvms">Matrix-vector products per image: output positions, tokens or 1.</param>
/// <param name="Repeat">How many different matrices of this shape there are (heads of an attention layer), else 1.</param>
/// <param name="IsDynamic">True if the matrix is computed by the network and so has to be programmed for each image.</param>
internal sealed record LayerShape(
    string Name, int Groups, int RowsPerGroup, int ColumnsPerGroup, long Mvms, int Repeat = 1, bool IsDynamic = false)
{
    /// <summary>Positions of a convolution's kernel (height times width), else 1: rows come in (channel, position) order.</summary>
    public int KernelPositions { get; init; } = 1;
}
