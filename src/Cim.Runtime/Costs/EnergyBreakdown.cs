namespace Cim.Runtime;

/// <summary>Where the energy of one inference goes, in picojoule.</summary>
public sealed record EnergyBreakdown
{
    /// <summary>Reading the arrays.</summary>
    public double ArrayPj { get; init; }

    /// <summary>Driving word lines.</summary>
    public double DacPj { get; init; }

    /// <summary>Conversions.</summary>
    public double AdcPj { get; init; }

    /// <summary>Shift-and-add.</summary>
    public double ShiftAddPj { get; init; }

    /// <summary>Buffers.</summary>
    public double BufferPj { get; init; }

    /// <summary>Buses inside cores.</summary>
    public double BusPj { get; init; }

    /// <summary>Routers between cores.</summary>
    public double InterconnectPj { get; init; }

    /// <summary>Programming cells during the inference.</summary>
    public double WritePj { get; init; }

    /// <summary>The sum.</summary>
    public double TotalPj => ArrayPj + DacPj + AdcPj + ShiftAddPj + BufferPj + BusPj + InterconnectPj + WritePj;

    /// <summary>The energy of both, part by part.</summary>
    internal static EnergyBreakdown Sum(EnergyBreakdown a, EnergyBreakdown b) => new()
    {
        ArrayPj = a.ArrayPj + b.ArrayPj,
        DacPj = a.DacPj + b.DacPj,
        AdcPj = a.AdcPj + b.AdcPj,
        ShiftAddPj = a.ShiftAddPj + b.ShiftAddPj,
        BufferPj = a.BufferPj + b.BufferPj,
        BusPj = a.BusPj + b.BusPj,
        InterconnectPj = a.InterconnectPj + b.InterconnectPj,
        WritePj = a.WritePj + b.WritePj,
    };
}
