namespace Cim.Runtime.Crossbar.SingleMatrix;

/// <summary>
/// How inputs become voltages in [-1, 1] or [0, 1]. Signed inputs are sign-magnitude: 2^bits - 1 levels, zero among them;
/// unsigned ones have 2^bits levels. Rounding is half to even.
/// </summary>
internal sealed class InputQuantizer
{
    private readonly bool _signed;
    private readonly int _bits;
    private readonly int _magnitudeBits;

    public InputQuantizer(MatrixCase matrixCase)
    {
        (double low, double high) = matrixCase.ActivationRange;
        (_signed, _bits) = (matrixCase.SignedInputs, matrixCase.ActivationBits);
        if (_signed && low != -high)
            throw new CimException(ErrorCodes.InvalidMatrixCase, $"A signed activationRange must be symmetric, not [{low}, {high}].");
        Scale = (_signed ? 2 : 1) / (high - low);
        _magnitudeBits = _signed ? _bits - 1 : _bits;
        StreamBits = _bits == 0 || matrixCase.Profile.DacBits == 0 || matrixCase.Profile.DacBits >= _magnitudeBits
            ? 0
            : matrixCase.Profile.DacBits;
        SliceCount = StreamBits == 0 ? 1 : (_magnitudeBits + StreamBits - 1) / StreamBits;
        SliceSize = 1 << StreamBits;
        // A slice is applied as a fraction of its largest value, the last one may be under-used, and sum 2^-i is not 1.
        StreamCorrection = StreamBits == 0 ? 1
            : (SliceSize - 1) * Math.Pow(2, (StreamBits * SliceCount) - _magnitudeBits)
                * Math.Pow(2, _magnitudeBits) / (Math.Pow(2, _magnitudeBits) - 1);
    }

    /// <summary>Volts per unit of input.</summary>
    public double Scale { get; }

    /// <summary>Bits applied per read; 0 = all at once.</summary>
    public int StreamBits { get; }

    public int SliceCount { get; }

    /// <summary>2^StreamBits.</summary>
    public int SliceSize { get; }

    /// <summary>What the shifted sum of the slices is multiplied with.</summary>
    public double StreamCorrection { get; }

    /// <summary>The voltage of all bits at once.</summary>
    public double Convert(double v)
    {
        if (_bits == 0) return v;
        double low = _signed ? -1 : 0;
        double steps = (Math.Pow(2, _bits) - (_signed ? 2 : 1)) / (1 - low);
        return (Math.Round((Math.Clamp(v, low, 1) - low) * steps) / steps) + low;
    }

    /// <summary>The voltage of slice k.</summary>
    public double Slice(double v, int k)
    {
        double largest = Math.Pow(2, _magnitudeBits) - 1;
        long code = (long)Math.Round(Math.Min(Math.Abs(v), 1) * largest);
        double slice = (code >> (k * StreamBits)) & (SliceSize - 1);
        return Math.Sign(v) * slice / (SliceSize - 1);
    }
}
