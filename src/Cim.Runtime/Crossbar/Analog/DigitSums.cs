namespace Cim.Runtime.Crossbar.Analog;

/// <summary>The sums of one column at 32 positions as lookup leaves them: [bit][digit][position], 16 bits each.</summary>
internal readonly unsafe ref struct DigitSums
{
    public required ushort* Values { get; init; }

    /// <summary>From one bit's sums to the next one's.</summary>
    public required int Stride { get; init; }

    public required int Bits { get; init; }

    /// <summary>Tables of the column.</summary>
    public required int Digits { get; init; }

    /// <summary>A digit counts 2^DigitBits of the one before.</summary>
    public required int DigitBits { get; init; }

    /// <summary>What every sum starts from.</summary>
    public required int Start { get; init; }
}

/// <summary>The read noise of one column at 32 positions.</summary>
internal readonly unsafe ref struct ColumnNoise
{
    /// <summary>Root sums of squared inputs, laid out like the sums but for the stride.</summary>
    public required float* Amplitudes { get; init; }

    /// <summary>From one bit's amplitudes to the next one's.</summary>
    public required int AmplitudeStride { get; init; }

    /// <summary>Noise of one cell in units of the sum.</summary>
    public required float Sigma { get; init; }

    /// <summary>The positions' counters [32].</summary>
    public required int* Counters { get; init; }

    /// <summary>The keys of the column's first two conversions.</summary>
    public required int* Keys { get; init; }

    /// <summary>From two bits' keys to the next two's.</summary>
    public required nint KeyStride { get; init; }
}
