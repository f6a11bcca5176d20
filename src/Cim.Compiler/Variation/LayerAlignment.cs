using Cim.Compiler.Precision;

namespace Cim.Compiler.Variation;

/// <summary>What alignment chose for a layer, and what the error model predicts of it.</summary>
internal sealed record LayerAlignment
{
    /// <summary>The layer.</summary>
    public required string Name { get; init; }

    /// <summary>Bits of its output codes; null if its result is not requantized.</summary>
    public int? OutputBits { get; init; }

    /// <summary>Width of its weights.</summary>
    public required int WeightBits { get; init; }

    /// <summary>Weight bits dropped because they carry less than the error around them.</summary>
    public required int DroppedWeightBits { get; init; }

    /// <summary>Resolution of its conversions; 0 = the profile's.</summary>
    public required int AdcBits { get; init; }

    /// <summary>Its cells; with groups of columns those of the widest.</summary>
    public required CellLayout Layout { get; init; }

    /// <summary>Predicted for its codes (for a real result: for codes of as many bits as its inputs).</summary>
    public required OutputCodeErrors Errors { get; init; }

    /// <summary>True if the error stays under half of the last kept bit with the asked probability.</summary>
    public required bool IsAligned { get; init; }

    /// <summary>Groups of outputs with widths and cells of their own; null = all have those above.</summary>
    public ColumnGroups? Columns { get; init; }
}
