using Cim.Compiler.Precision;

namespace Cim.Compiler.Variation;

/// <summary>What alignment chose for a layer, and what the error model says about it.</summary>
/// <param name="Name">The layer.</param>
/// <param name="OutputBits">Bits of its output codes; null if its result is not requantized.</param>
/// <param name="WeightBits">Width of its weights.</param>
/// <param name="DroppedWeightBits">Weight bits given up because they carry less than the error around them.</param>
/// <param name="AdcBits">Resolution of its conversions; 0 = the profile's.</param>
/// <param name="Layout">Its cells; with groups of columns those of the widest.</param>
/// <param name="Errors">Predicted for its codes (for a real result: for codes of as many bits as its inputs).</param>
/// <param name="IsAligned">True if the error stays under half of the last kept bit with the asked probability.</param>
internal sealed record LayerAlignment(
    string Name, int? OutputBits, int WeightBits, int DroppedWeightBits, int AdcBits, CellLayout Layout, OutputCodeErrors Errors,
    bool IsAligned)
{
    /// <summary>Groups of outputs with widths and cells of their own; null = all have those above.</summary>
    public ColumnGroups? Columns { get; init; }
}
