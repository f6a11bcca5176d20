using System.Globalization;
using System.Runtime.Intrinsics.X86;

namespace Cim.Runtime.Simd;

/// <summary>The vector width kernels run with, as bits of a vector.</summary>
internal enum SimdLevel
{
    /// <summary>The scalar twins.</summary>
    Scalar = 0,

    /// <summary>SSE2, NEON or whatever <c>Vector128</c> compiles to.</summary>
    Vector128 = 128,

    /// <summary>AVX2 with FMA.</summary>
    Vector256 = 256,

    /// <summary>AVX-512 F, BW.</summary>
    Vector512 = 512,
}

/// <summary>
/// Chooses the path once per process: the widest the processor has, or what the environment variable
/// <c>CIM_SIMD</c> (<c>512</c>, <c>256</c>, <c>128</c>, <c>0</c>) asks for if the processor has it.
/// The runtime's own switches (<c>DOTNET_EnableAVX512F=0</c>, <c>DOTNET_EnableAVX2=0</c>) work as well.
/// </summary>
internal static class SimdLevels
{
    /// <summary>The widest level this processor supports.</summary>
    public static SimdLevel Widest { get; } =
        Avx512BW.IsSupported ? SimdLevel.Vector512
        : Avx2.IsSupported && Fma.IsSupported ? SimdLevel.Vector256
        : SimdLevel.Vector128;

    /// <summary>The level used unless a caller asks for another one.</summary>
    public static SimdLevel Default { get; } = FromEnvironment();

    /// <summary>All levels this processor can run, narrowest first.</summary>
    public static IEnumerable<SimdLevel> Supported =>
        new[] { SimdLevel.Scalar, SimdLevel.Vector128, SimdLevel.Vector256, SimdLevel.Vector512 }.Where(l => l <= Widest);

    private static SimdLevel FromEnvironment()
    {
        string? asked = Environment.GetEnvironmentVariable("CIM_SIMD");
        return int.TryParse(asked, NumberStyles.None, CultureInfo.InvariantCulture, out int bits)
            && bits is 0 or 128 or 256 or 512 && (SimdLevel)bits <= Widest
            ? (SimdLevel)bits
            : Widest;
    }
}
