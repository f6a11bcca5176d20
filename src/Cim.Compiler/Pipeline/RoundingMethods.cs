using System.Collections.Immutable;

namespace Cim.Compiler.Pipeline;

/// <summary>How weights become integers, by the names users write; see docs/quantization.md.</summary>
internal static class RoundingMethods
{
    /// <summary>Equalized, compensated or learned: whichever comes nearest to the float network on the hold-out set.</summary>
    public const string Auto = "auto";

    /// <summary>The error of one weight is made up for by others.</summary>
    public const string Compensated = "compensated";

    /// <summary>Each weight by itself.</summary>
    public const string Nearest = "nearest";

    /// <summary>Blocks of layers, by gradients.</summary>
    public const string Learned = "learned";

    /// <summary>All of them.</summary>
    public static ImmutableArray<string> All { get; } = [Auto, Compensated, Nearest, Learned];
}
