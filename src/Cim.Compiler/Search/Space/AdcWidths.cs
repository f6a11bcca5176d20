using System.Collections.Immutable;
using Cim.Runtime.Hardware;

namespace Cim.Compiler.Search.Space;

/// <summary>The conversion widths a search may give a layer: 2 to 8 bits below the profile's own, and the profile's own (0).</summary>
internal static class AdcWidths
{
    private const int Narrowest = 2, Widest = 8;

    /// <summary>Only the profile's own where its read-out is ideal: there is nothing to save.</summary>
    public static ImmutableArray<int> Offered(HardwareProfile hardware) =>
        hardware.AdcBits == 0 ? [0] : [.. Enumerable.Range(Narrowest, Math.Max(0, Math.Min(Widest + 1, hardware.AdcBits) - Narrowest)), 0];
}
