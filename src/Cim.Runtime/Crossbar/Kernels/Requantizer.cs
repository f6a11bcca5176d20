using Cim.Runtime.Simd;

namespace Cim.Runtime.Crossbar.Kernels;

/// <summary>
/// The epilogue of <see cref="CrossbarLayer"/>: from sums to quantized or float outputs, the same operations in the same
/// order on every path, so every width gives the same bytes.
/// </summary>
internal sealed partial class Requantizer
{
    /// <summary>Sums must be readable this many elements past the last one.</summary>
    public const int Slack = 16;

    private readonly float[] _scales;
    private readonly bool _sums;
    private readonly bool _direct;
    private readonly bool _residualSigned;
    private readonly bool _residualQuantized;
    private readonly bool _residualFloat;
    private readonly float _residualScale;
    private readonly int _residualZero;
    private readonly bool _quantized;
    private readonly float _outputScale = 1;
    private readonly int _outputZero;
    private readonly float _low;
    private readonly float _high;
    private readonly float _minimum;
    private readonly float _maximum;

    public Requantizer(CrossbarLayer layer)
    {
        Epilogue e = layer.Epilogue;
        _sums = e.GivesSums;
        _quantized = e.Output is not null;
        _direct = _quantized && !e.AddsResidual;
        _residualFloat = e.ResidualIsFloat;
        (_minimum, _maximum) = (e.Minimum, e.Maximum);
        if (e.Residual is { } r && !e.ResidualIsFloat)
            (_residualQuantized, _residualSigned, _residualScale, _residualZero) = (true, r.Signed, r.Scale, r.ZeroPoint);
        if (e.Output is { } q)
        {
            (_outputScale, _outputZero) = (q.Scale, q.ZeroPoint);
            int low = q.Min, high = q.Max;
            if (_direct)
            {
                low = Math.Max(low, Quantize(e.Minimum, q));
                high = Math.Min(high, Quantize(e.Maximum, q));
            }
            (_low, _high) = (low - q.ZeroPoint, Math.Max(low, high) - q.ZeroPoint);
        }
        _scales = new float[layer.Outputs + Slack];
        for (int c = 0; c < layer.Outputs; c++)
        {
            float s = layer.Input.Scale * layer.WeightScales[c];
            _scales[c] = _direct ? (float)((double)layer.Input.Scale * layer.WeightScales[c] / _outputScale) : s;
        }
    }

    /// <summary>Bytes of one output element.</summary>
    public int OutputBytes => _quantized ? 1 : 4;

    /// <summary>Bytes of one residual element, 0 if there is none.</summary>
    public int ResidualBytes => _residualFloat ? 4 : _residualQuantized ? 1 : 0;

    /// <summary>Neighbouring positions of one output.</summary>
    /// <param name="sums">Integer sums, or (<paramref name="real"/>) float sums.</param>
    /// <param name="real">The sums are floats.</param>
    /// <param name="count">Elements.</param>
    /// <param name="output">The output's index.</param>
    /// <param name="residual">The residual of the first element, ignored if there is none.</param>
    /// <param name="destination">Where the first element goes.</param>
    public unsafe void Positions<L, TI, TF>(
        int* sums, bool real, int count, int output, byte* residual, byte* destination)
        where L : struct, ILanes<TI, TF>
        where TI : unmanaged
        where TF : unmanaged
    {
        TF scale = L.BroadcastF(_scales[output]);
        nint residualBytes = ResidualBytes, outputBytes = OutputBytes;
        int i = L.Count >= 8 && _quantized && !real && !_residualFloat ? Bytes(sums, count, _scales[output], residual, destination) : 0;
        for (; i + L.Count <= count; i += L.Count)
            One<L, TI, TF>(sums + i, real, scale, residual + (i * residualBytes), destination + (i * outputBytes));
        if (i < count)
            Tail<L, TI, TF>(sums + i, real, scale, count - i, residual + (i * residualBytes), destination + (i * outputBytes));
    }

    /// <summary>Neighbouring outputs of one position; as <see cref="Positions"/>.</summary>
    public unsafe void Outputs<L, TI, TF>(
        int* sums, bool real, int count, int firstOutput, byte* residual, byte* destination)
        where L : struct, ILanes<TI, TF>
        where TI : unmanaged
        where TF : unmanaged
    {
        nint residualBytes = ResidualBytes, outputBytes = OutputBytes;
        fixed (float* scales = &_scales[firstOutput])
        {
            int i = 0;
            for (; i + L.Count <= count; i += L.Count)
                One<L, TI, TF>(sums + i, real, L.LoadF(scales + i), residual + (i * residualBytes), destination + (i * outputBytes));
            if (i < count)
            {
                Tail<L, TI, TF>(sums + i, real, L.LoadF(scales + i), count - i,
                    residual + (i * residualBytes), destination + (i * outputBytes));
            }
        }
    }

    // The same vector on copies, so that nothing outside the rows is read or written.
    [System.Runtime.CompilerServices.MethodImpl(System.Runtime.CompilerServices.MethodImplOptions.NoInlining)]
    private unsafe void Tail<L, TI, TF>(int* sums, bool real, TF scale, int count, byte* residual, byte* destination)
        where L : struct, ILanes<TI, TF>
        where TI : unmanaged
        where TF : unmanaged
    {
        byte* buffer = stackalloc byte[2 * 4 * Slack], output = buffer + (4 * Slack);
        new Span<byte>(residual, count * ResidualBytes).CopyTo(new Span<byte>(buffer, 4 * Slack));
        One<L, TI, TF>(sums, real, scale, buffer, output);
        new Span<byte>(output, count * OutputBytes).CopyTo(new Span<byte>(destination, count * OutputBytes));
    }

    [System.Runtime.CompilerServices.MethodImpl(System.Runtime.CompilerServices.MethodImplOptions.AggressiveInlining)]
    private unsafe void One<L, TI, TF>(int* sums, bool real, TF scale, byte* residual, byte* destination)
        where L : struct, ILanes<TI, TF>
        where TI : unmanaged
        where TF : unmanaged
    {
        if (_sums)
        {
            L.Store((int*)destination, L.Load(sums));
            return;
        }
        TF y = L.MultiplyF(real ? L.LoadF((float*)sums) : L.ToSingle(L.Load(sums)), scale);
        if (!_direct)
        {
            if (_residualQuantized)
            {
                TI q = _residualSigned ? L.WidenSigned(residual) : L.WidenUnsigned(residual);
                TF centred = L.ToSingle(L.Subtract(q, L.Broadcast(_residualZero)));
                y = L.AddF(y, L.MultiplyF(centred, L.BroadcastF(_residualScale)));
            }
            else if (_residualFloat)
            {
                y = L.AddF(y, L.LoadF((float*)residual));
            }
            // Bounds first: where y is no number (a float residual may be none) these operations give the second operand.
            y = L.MinF(L.BroadcastF(_maximum), L.MaxF(L.BroadcastF(_minimum), y));
            if (!_quantized)
            {
                L.StoreF((float*)destination, y);
                return;
            }
            y = L.DivideF(y, L.BroadcastF(_outputScale));
        }
        // Clamping to integers before rounding gives what rounding first would, and keeps the rounding in range.
        y = L.MinF(L.MaxF(y, L.BroadcastF(_low)), L.BroadcastF(_high));
        TI rounded = Lanes.RoundSmall<L, TI, TF>(y);
        L.StoreBytes(destination, L.Add(rounded, L.Broadcast(_outputZero)));
    }

    private static int Quantize(float real, QuantizationParameters q)
    {
        double steps = Math.Round((double)(real / q.Scale), MidpointRounding.ToEven) + q.ZeroPoint;
        return (int)Math.Clamp(steps, q.Min, q.Max);
    }
}
