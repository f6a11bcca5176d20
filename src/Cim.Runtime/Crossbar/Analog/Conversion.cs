using Cim.Runtime.Crossbar.Adc;
using Cim.Runtime.Crossbar.Kernels;
using Cim.Runtime.RandomNumbers;
using Cim.Runtime.Simd;

namespace Cim.Runtime.Crossbar.Analog;

/// <summary>
/// Noise, conversion and shift-and-add of a block of sums [four outputs][two vectors]. Each step is an operation of the lanes,
/// so a float sum of whole units and an integer sum are read the same.
/// </summary>
internal readonly unsafe ref struct Conversion<L, TI, TF>
    where L : struct, ILanes<TI, TF>
    where TI : unmanaged
    where TF : unmanaged
{
    private const int Vectors = 2 * PairProducts.Outputs;

    /// <summary>Sums are floats, else integers.</summary>
    public required bool IsFloat { get; init; }

    /// <summary>Accumulators are integers, else floats.</summary>
    public required bool IsInteger { get; init; }

    /// <summary>Integer sums as floats, in place.</summary>
    public static void ToFloats(int* sums)
    {
        for (int j = 0; j < Vectors; j++, sums += L.Count) L.StoreF((float*)sums, L.ToSingle(L.Load(sums)));
    }

    /// <summary>
    /// Adds one conversion of every sum to the codes: integers, or floats if the read-out is ideal (the sums themselves) or the ends
    /// of its range are no whole numbers.
    /// </summary>
    /// <param name="sums">The sums.</param>
    /// <param name="adc">The converter.</param>
    /// <param name="fractionBits">A unit of the sums is 2^-this of a level.</param>
    /// <param name="factor">What the input slice counts.</param>
    /// <param name="codes">The codes.</param>
    public void Add(int* sums, AdcConverter adc, int fractionBits, int factor, int* codes)
    {
        if (!IsFloat && IsInteger && (adc.IsIdeal || adc.Step == 1))
        {
            TI low = L.Broadcast(adc.IsIdeal ? int.MinValue : (int)adc.MinCode),
                high = L.Broadcast(adc.IsIdeal ? int.MaxValue : (int)adc.MaxCode);
            TI scale = L.Broadcast(factor);
            for (int j = 0; j < Vectors; j++, sums += L.Count, codes += L.Count)
                L.Store(codes, L.Add(L.Load(codes), L.MultiplyLow(L.MinI(L.MaxI(L.Load(sums), low), high), scale)));
            return;
        }
        TF inverse = L.BroadcastF(adc.IsIdeal ? 1 : MathF.ScaleB(1f / adc.Step, -fractionBits)),
            real = L.BroadcastF(factor),
            bias = L.BroadcastF(adc.Bias);
        TF min = L.BroadcastF(adc.MinCode), max = L.BroadcastF(adc.MaxCode);
        TF below = L.BroadcastF(adc.MinCode - 1), above = L.BroadcastF(adc.MaxCode + 1);
        TI whole = L.Broadcast(factor);
        for (int j = 0; j < Vectors; j++, sums += L.Count, codes += L.Count)
        {
            TF s = IsFloat ? L.LoadF((float*)sums) : L.ToSingle(L.Load(sums));
            if (adc.IsIdeal)
            {
                L.StoreF((float*)codes, L.FusedF(s, real, L.LoadF((float*)codes)));
                continue;
            }
            TF code = L.FusedF(s, inverse, bias);
            if (!adc.HasWholeCodes)
            {
                // Rounded before it is clipped, as the ends are no whole numbers themselves.
                code = L.ToSingle(L.RoundToInt(L.MinF(L.MaxF(code, below), above)));
                code = L.MinF(L.MaxF(code, min), max);
                L.StoreF((float*)codes, L.FusedF(code, real, L.LoadF((float*)codes)));
                continue;
            }
            TI integer = L.RoundToInt(L.MinF(L.MaxF(code, min), max));
            L.Store(codes, L.Add(L.Load(codes), L.MultiplyLow(integer, whole)));
        }
    }

    /// <summary>Adds the codes of a row tile and weight slice, times what they count, to the accumulators.</summary>
    public void ShiftAndAdd(int* codes, AdcConverter adc, int factor, int* accumulators)
    {
        TF real = L.BroadcastF(factor * (adc.IsIdeal ? 1 : adc.Step));
        bool isFloat = adc.IsIdeal || !adc.HasWholeCodes;
        TI whole = L.Broadcast(factor * (isFloat ? 1 : (int)adc.Step));
        for (int j = 0; j < Vectors; j++, codes += L.Count, accumulators += L.Count)
        {
            if (IsInteger)
                L.Store(accumulators, L.Add(L.Load(accumulators), L.MultiplyLow(L.Load(codes), whole)));
            else
                L.StoreF((float*)accumulators, L.FusedF(
                    isFloat ? L.LoadF((float*)codes) : L.ToSingle(L.Load(codes)), real, L.LoadF((float*)accumulators)));
        }
    }

    /// <summary>
    /// Adds Gaussian noise of the given amplitudes (two vectors) to float sums. One hash gives two normals: even conversions
    /// take the first and keep the second in <paramref name="kept"/> for the next one.
    /// </summary>
    public static void AddNoise(float* sums, float* amplitudes, bool second, int* keys, TI counter0, TI counter1, float* kept)
    {
        for (int o = 0; o < PairProducts.Outputs; o++, keys += 2)
        for (int h = 0; h < 2; h++, sums += L.Count, kept += L.Count)
        {
            TF z;
            if (second)
            {
                z = L.LoadF(kept);
            }
            else
            {
                NormalPairs.Draw<L, TI, TF>(h == 0 ? counter0 : counter1, keys[0], keys[1], out z, out TF other);
                L.StoreF(kept, other);
            }
            L.StoreF(sums, L.FusedF(z, L.LoadF(amplitudes + (h * L.Count)), L.LoadF(sums)));
        }
    }

    /// <summary>sum * step + constant - offset * inputs, per output, into rows of results.</summary>
    public void Finish(int* accumulators, int step, ReadOnlySpan<double> constants, int offset, int* inputs, int* results, nint stride)
    {
        for (int o = 0; o < PairProducts.Outputs; o++)
        for (int h = 0; h < 2; h++, accumulators += L.Count)
        {
            int* to = results + (o * stride) + (h * L.Count);
            TI x = L.Load(inputs + (h * L.Count));
            if (IsInteger)
            {
                TI acc = L.Add(L.MultiplyLow(L.Load(accumulators), L.Broadcast(step)), L.Broadcast(unchecked((int)(long)constants[o])));
                L.Store(to, L.Subtract(acc, L.MultiplyLow(x, L.Broadcast(offset))));
                continue;
            }
            TF real = L.FusedF(L.LoadF((float*)accumulators), L.BroadcastF(step), L.BroadcastF((float)constants[o]));
            L.StoreF((float*)to, L.FusedF(L.ToSingle(x), L.BroadcastF(-offset), real));
        }
    }
}
