using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using BenchmarkDotNet.Attributes;
using Cim.Runtime.Crossbar.Adc;
using Cim.Runtime.Crossbar.Analog;
using Cim.Runtime.Crossbar.Kernels;
using Cim.Runtime.Simd;

namespace Cim.Bench.Kernels;

/// <summary>
/// The inner loops alone (AVX2), on data in the first-level cache: sums of a tile of 144 rows at 32 positions and two of the
/// input bits, conversions of all eight bits, and products of a block of four outputs.
/// </summary>
[MemoryDiagnoser]
public unsafe class KernelBenchmarks
{
    private const int Bytes = 1 << 16;
    private const int Steps = 36;
    private readonly byte* _memory = (byte*)NativeMemory.AlignedAlloc(8 * Bytes, 64);

    private byte* Indices => _memory;

    private byte* Tables => _memory + Bytes;

    private ushort* Sums => (ushort*)(_memory + (2 * Bytes));

    private float* Values => (float*)(_memory + (3 * Bytes));

    private float* Amplitudes => (float*)(_memory + (4 * Bytes));

    private int* Integers => (int*)(_memory + (5 * Bytes));

    private float* Codes => (float*)(_memory + (6 * Bytes));

    private float* Factors => (float*)(_memory + (7 * Bytes));

    /// <summary>Fills the memory.</summary>
    [GlobalSetup]
    public void Fill()
    {
        new Random(1).NextBytes(new Span<byte>(_memory, 8 * Bytes));
        for (int i = 0; i < Bytes; i++) (Indices[i], Tables[i]) = ((byte)(Indices[i] & 15), (byte)(Tables[i] & 31));
        new Span<float>(Values, Bytes / 4).Fill(100);
        new Span<float>(Amplitudes, Bytes / 4).Fill(3);
        for (int i = 0; i < 8; i++) Factors[i] = 1 << i;
        for (int i = 0; i < 128; i++) ((int*)Factors)[64 + i] = 16 * i;
    }

    /// <summary>Integer levels: two digits, two bits.</summary>
    [Benchmark]
    public void TwoTables() => LookupSums.TwoTables(Indices, Tables, Steps, 8, Sums);

    /// <summary>Programmed levels: three digits, two bits.</summary>
    [Benchmark]
    public void ThreeTables() => LookupSums.ThreeTables(Indices, Tables, Steps, Sums);

    /// <summary>Conversion and shift-and-add of integer sums.</summary>
    [Benchmark]
    public void CodesOfShortSums() =>
        LookupConversion.CodesOfShortSums(Column(64, 2, 5), Factors, new AdcConverter(3.3f, -128, 127), Codes);

    /// <summary>Sums of programmed levels from their digits.</summary>
    [Benchmark]
    public void Floats() => LookupConversion.Floats(Column(96, 3, 7), Values);

    /// <summary>Read noise: 256 normals.</summary>
    [Benchmark]
    public void AddNoise() => LookupConversion.AddNoise(Values, 8, new ColumnNoise
    {
        Amplitudes = Amplitudes,
        AmplitudeStride = 64,
        Sigma = 0.1f,
        Counters = Integers,
        Keys = Integers,
        KeyStride = 16,
    });

    /// <summary>Conversion and shift-and-add of float sums.</summary>
    [Benchmark]
    public void ConvertFloats() => LookupConversion.Codes(Values, 8, Factors, new AdcConverter(3.3f, -128, 127), 0, Codes);

    /// <summary>Exact: 4 outputs x 16 positions x 144 rows.</summary>
    [Benchmark]
    public void PairProductsDirect() => PairProducts.FourByTwo<Lanes256, Vector256<int>, Vector256<float>>(
        Integers, Integers + 8, (int*)Factors + 64, Integers, 72, Integers, new SumRows((int*)Codes, 16));

    /// <summary>Exact: 4 outputs x 16 tiles of 2 x 2 positions x 16 channels.</summary>
    [Benchmark]
    public void WinogradProducts() => Winograd.Products(Integers, Integers, 8, Integers, (int*)Codes);

    private DigitSums Column(int stride, int digits, int digitBits) => new()
    {
        Values = Sums,
        Stride = stride,
        Bits = 8,
        Digits = digits,
        DigitBits = digitBits,
        Start = -300,
    };

    /// <summary>Releases the memory.</summary>
    [GlobalCleanup]
    public void Free() => NativeMemory.AlignedFree(_memory);
}
