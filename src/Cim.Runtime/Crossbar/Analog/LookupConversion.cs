using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Cim.Runtime.Crossbar.Adc;
using Cim.Runtime.Crossbar.Kernels;
using Cim.Runtime.RandomNumbers;
using Cim.Runtime.Simd;

namespace Cim.Runtime.Crossbar.Analog;

/// <summary>
/// Noise, conversion and shift-and-add of the sums of <see cref="LookupSums"/>: one column of one row tile at 32 positions and
/// all input bits, the same operations as <see cref="Conversion{L, TI, TF}"/>. The stages are apart so that each keeps its
/// constants in registers. Four vectors of eight positions are in the order the sums come in (<see cref="Order"/>) until
/// <see cref="Sort"/>.
/// </summary>
internal static unsafe class LookupConversion
{
    private const int Lanes = 8;
    private const int Positions = LookupSums.Positions;
    private const int Half = Positions / 2;

    /// <summary>The position of each of the 32 lanes.</summary>
    public static ReadOnlySpan<int> Order =>
        [0, 2, 4, 6, 16, 18, 20, 22, 8, 10, 12, 14, 24, 26, 28, 30, 1, 3, 5, 7, 17, 19, 21, 23, 9, 11, 13, 15, 25, 27, 29, 31];

    /// <summary>Puts digits together: sums [bit][table][32] to floats [bit][32].</summary>
    /// <param name="column">The sums of the digits.</param>
    /// <param name="values">Receives the floats.</param>
    public static void Floats(in DigitSums column, float* values)
    {
        ushort* sums = column.Values;
        (int stride, int bits, int digits, int digitBits) = (column.Stride, column.Bits, column.Digits, column.DigitBits);
        Vector256<int> first = Vector256.Create(column.Start);
        Vector256<short> weights = Vector256.Create(1 | (1 << (16 + digitBits))).AsInt16();
        Vector128<int> shift = Vector128.CreateScalar(2 * digitBits);
        for (int half = 0; half < 2; half++, sums += Half, values += Half)
        {
            ushort* from = sums;
            float* to = values;
            // Unpacking interleaves the digits within each 128-bit lane.
            if (digits == 1)
            {
                for (int bit = 0; bit < bits; bit++, from += stride, to += Positions)
                {
                    Vector256<ushort> x = Vector256.Load(from);
                    Store(Avx2.UnpackLow(x, default).AsInt32() + first, Avx2.UnpackHigh(x, default).AsInt32() + first, to);
                }
                continue;
            }
            for (int bit = 0; bit < bits && digits == 2; bit++, from += stride, to += Positions)
            {
                Vector256<ushort> x = Vector256.Load(from), y = Vector256.Load(from + Positions);
                Store(Avx2.MultiplyAddAdjacent(Avx2.UnpackLow(x, y).AsInt16(), weights) + first,
                    Avx2.MultiplyAddAdjacent(Avx2.UnpackHigh(x, y).AsInt16(), weights) + first, to);
            }
            for (int bit = 0; bit < bits && digits == 3; bit++, from += stride, to += Positions)
            {
                Vector256<ushort> x = Vector256.Load(from),
                    y = Vector256.Load(from + Positions),
                    z = Vector256.Load(from + (2 * Positions));
                Vector256<int> a = Avx2.ShiftLeftLogical(Avx2.UnpackLow(z, default).AsInt32(), shift) + first;
                Vector256<int> b = Avx2.ShiftLeftLogical(Avx2.UnpackHigh(z, default).AsInt32(), shift) + first;
                Store(Avx2.MultiplyAddAdjacent(Avx2.UnpackLow(x, y).AsInt16(), weights) + a,
                    Avx2.MultiplyAddAdjacent(Avx2.UnpackHigh(x, y).AsInt16(), weights) + b, to);
            }
        }
    }

    /// <summary>Adds read noise to all bits' sums.</summary>
    /// <param name="values">Sums [bit][32]; one bit more than there are if their number is odd.</param>
    /// <param name="bits">How many bits.</param>
    /// <param name="noise">The noise of the column.</param>
    public static void AddNoise(float* values, int bits, in ColumnNoise noise)
    {
        float* amplitudes = noise.Amplitudes;
        int* counters = noise.Counters, keys = noise.Keys;
        int amplitudeStride = noise.AmplitudeStride;
        nint keyStride = noise.KeyStride;
        TwoFloats deviation = LanesTwice256.BroadcastF(noise.Sigma);
        for (int bit = 0; bit < bits; bit += 2, values += 2 * Positions, amplitudes += 2 * amplitudeStride, keys += keyStride)
        for (int i = 0; i < Positions; i += 2 * Lanes)
        {
            NormalPairs.Draw<LanesTwice256, TwoInts, TwoFloats>(
                LanesTwice256.Load(counters + i), keys[0], keys[1], out TwoFloats first, out TwoFloats second);
            AddNoise(first, deviation, amplitudes + i, values + i);
            AddNoise(second, deviation, amplitudes + amplitudeStride + i, values + Positions + i);
        }
    }

    /// <summary>Converts sums [bit][32] and adds up the codes of all bits, in whole numbers, as [32] floats.</summary>
    /// <param name="values">The sums.</param>
    /// <param name="bits">How many bits.</param>
    /// <param name="factors">What one unit of each bit counts.</param>
    /// <param name="adc">The converter.</param>
    /// <param name="fractionBits">A unit of the sums is 2^-this of a level.</param>
    /// <param name="codes">Receives the codes.</param>
    public static void Codes(float* values, int bits, float* factors, AdcConverter adc, int fractionBits, float* codes)
    {
        Vector256<float> inverse = Vector256.Create(MathF.ScaleB(1f / adc.Step, -fractionBits));
        Vector256<float> min = Vector256.Create(adc.MinCode), max = Vector256.Create(adc.MaxCode), bias = Vector256.Create(adc.Bias);
        Vector256<float> a = default, b = default, c = default, d = default;
        for (int bit = 0; bit < bits; bit++, values += Positions)
        {
            Vector256<float> factor = Vector256.Create(factors[bit]);
            a = Fma.MultiplyAdd(Code(Vector256.Load(values), inverse, bias, min, max), factor, a);
            b = Fma.MultiplyAdd(Code(Vector256.Load(values + Lanes), inverse, bias, min, max), factor, b);
            c = Fma.MultiplyAdd(Code(Vector256.Load(values + (2 * Lanes)), inverse, bias, min, max), factor, c);
            d = Fma.MultiplyAdd(Code(Vector256.Load(values + (3 * Lanes)), inverse, bias, min, max), factor, d);
        }
        a.Store(codes);
        b.Store(codes + Lanes);
        c.Store(codes + (2 * Lanes));
        d.Store(codes + (3 * Lanes));
    }

    /// <summary><see cref="Floats"/> and <see cref="Codes"/> in one, for integer sums of at most two digits that fit 16 bits.</summary>
    public static void CodesOfShortSums(in DigitSums column, float* factors, AdcConverter adc, float* codes)
    {
        ushort* sums = column.Values;
        int stride = column.Stride, bits = column.Bits;
        bool twoDigits = column.Digits == 2;
        // As the low half of a float whose high half says 2^23, a sum is that float without a conversion.
        const float TwoTo23 = 1 << 23;
        Vector256<ushort> exponent = Vector256.Create((ushort)(BitConverter.SingleToInt32Bits(TwoTo23) >> 16));
        Vector256<float> origin = Vector256.Create(TwoTo23 - column.Start), inverse = Vector256.Create(1f / adc.Step);
        Vector256<float> min = Vector256.Create(adc.MinCode), max = Vector256.Create(adc.MaxCode), bias = Vector256.Create(adc.Bias);
        Vector256<float> a = default, b = default, c = default, d = default;
        Vector128<ushort> shift = Vector128.CreateScalar((ushort)column.DigitBits);
        for (int bit = 0; bit < bits; bit++, sums += stride)
        {
            Vector256<float> factor = Vector256.Create(factors[bit]);
            Vector256<ushort> x = Vector256.Load(sums), y = Vector256.Load(sums + Half);
            if (twoDigits)
            {
                x = Avx2.Add(x, Avx2.ShiftLeftLogical(Vector256.Load(sums + Positions), shift));
                y = Avx2.Add(y, Avx2.ShiftLeftLogical(Vector256.Load(sums + Positions + Half), shift));
            }
            a = Fma.MultiplyAdd(Code(Avx2.UnpackLow(x, exponent).AsSingle() - origin, inverse, bias, min, max), factor, a);
            b = Fma.MultiplyAdd(Code(Avx2.UnpackHigh(x, exponent).AsSingle() - origin, inverse, bias, min, max), factor, b);
            c = Fma.MultiplyAdd(Code(Avx2.UnpackLow(y, exponent).AsSingle() - origin, inverse, bias, min, max), factor, c);
            d = Fma.MultiplyAdd(Code(Avx2.UnpackHigh(y, exponent).AsSingle() - origin, inverse, bias, min, max), factor, d);
        }
        a.Store(codes);
        b.Store(codes + Lanes);
        c.Store(codes + (2 * Lanes));
        d.Store(codes + (3 * Lanes));
    }

    /// <summary>The sums of one bit's only table as integers [32]: how many inputs are on.</summary>
    public static void Counts(ushort* sums, int* counts)
    {
        for (int half = 0; half < 2; half++)
        {
            Vector256<ushort> x = Vector256.Load(sums + (half * Half));
            Avx2.UnpackLow(x, default).AsInt32().Store(counts + (half * Half));
            Avx2.UnpackHigh(x, default).AsInt32().Store(counts + (half * Half) + Lanes);
        }
    }

    /// <summary>Puts 32 lanes into the order of positions.</summary>
    public static void Sort(int* lanes)
    {
        Vector256<int> a = Vector256.Load(lanes), b = Vector256.Load(lanes + Lanes);
        Vector256<int> c = Vector256.Load(lanes + (2 * Lanes)), d = Vector256.Load(lanes + (3 * Lanes));
        Vector256<int> e = Avx2.UnpackLow(a, c), f = Avx2.UnpackHigh(a, c), g = Avx2.UnpackLow(b, d), h = Avx2.UnpackHigh(b, d);
        Avx2.Permute2x128(e, f, 0x20).Store(lanes);
        Avx2.Permute2x128(g, h, 0x20).Store(lanes + Lanes);
        Avx2.Permute2x128(e, f, 0x31).Store(lanes + (2 * Lanes));
        Avx2.Permute2x128(g, h, 0x31).Store(lanes + (3 * Lanes));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void AddNoise(TwoFloats normals, TwoFloats deviation, float* amplitudes, float* values) => LanesTwice256.StoreF(
        values, LanesTwice256.FusedF(
            normals, LanesTwice256.MultiplyF(LanesTwice256.LoadF(amplitudes), deviation), LanesTwice256.LoadF(values)));

    private static void Store(Vector256<int> low, Vector256<int> high, float* to)
    {
        Vector256.ConvertToSingle(low).Store(to);
        Vector256.ConvertToSingle(high).Store(to + Lanes);
    }

    private static Vector256<float> Code(
        Vector256<float> sum, Vector256<float> inverse, Vector256<float> bias, Vector256<float> min, Vector256<float> max) =>
        Avx.Min(Avx.Max(Avx.RoundToNearestInteger(Fma.MultiplyAdd(sum, inverse, bias)), min), max);
}
