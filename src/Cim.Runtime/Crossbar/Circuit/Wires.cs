using Cim.Runtime.Hardware;

namespace Cim.Runtime.Crossbar.Circuit;

/// <summary>
/// The resistances of an array's wires in ohm. A word line is driven at column 0, a bit line is held at virtual ground after
/// the last row; a segment lies before each cell of a word line and after each cell of a bit line.
/// </summary>
/// <param name="WordSegment">One segment of a word line.</param>
/// <param name="BitSegment">One segment of a bit line.</param>
/// <param name="Driver">Between the source and a word line's first segment.</param>
/// <param name="Sense">Between a bit line's last segment and ground.</param>
internal readonly record struct Wires(double WordSegment, double BitSegment, double Driver, double Sense)
{
    public bool AreIdeal => this is { WordSegment: 0, BitSegment: 0, Driver: 0, Sense: 0 };

    public static Wires Of(HardwareProfile profile) =>
        new(profile.WordLineResistance, profile.BitLineResistance, profile.DriverResistance, profile.SenseResistance);
}
