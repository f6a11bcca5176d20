namespace Cim.Runtime;

/// <summary>Where the energy of one inference goes, in picojoule.</summary>
/// <param name="ArrayPj">Reading the arrays.</param>
/// <param name="DacPj">Driving word lines.</param>
/// <param name="AdcPj">Conversions.</param>
/// <param name="ShiftAddPj">Shift-and-add.</param>
/// <param name="BufferPj">Buffers.</param>
/// <param name="BusPj">Buses inside cores.</param>
/// <param name="InterconnectPj">Routers between cores.</param>
/// <param name="WritePj">Programming cells during the inference.</param>
public sealed record EnergyBreakdown(
    double ArrayPj, double DacPj, double AdcPj, double ShiftAddPj, double BufferPj, double BusPj, double InterconnectPj, double WritePj)
{
    /// <summary>The sum.</summary>
    public double TotalPj => ArrayPj + DacPj + AdcPj + ShiftAddPj + BufferPj + BusPj + InterconnectPj + WritePj;
}
