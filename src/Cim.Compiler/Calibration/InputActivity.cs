using System.Collections.Immutable;
using System.Numerics;
using Cim.Compiler.Ort;
using Cim.Runtime.Hardware;
using Cim.Runtime.Program;

namespace Cim.Compiler.Calibration;

/// <summary>
/// Which share of the bits that layers read are ones on calibration samples: a bit that is zero drives no word line, so it costs neither
/// the energy of the array nor that of its driver. Integers count as they are streamed, zero point included, in two's complement.
/// </summary>
internal static class InputActivity
{
    private const int Samples = 16;

    /// <summary>The share of each layer, 0 to 1; 1 for a layer that read nothing.</summary>
    /// <param name="program">The program.</param>
    /// <param name="profile">Its hardware.</param>
    /// <param name="input">Its input.</param>
    /// <param name="data">Calibration samples; the first are run.</param>
    /// <param name="cancellation">Checked between runs.</param>
    public static ImmutableArray<double> Of(
        ModelProgram program, HardwareProfile profile, GraphInput input, CalibrationData data, CancellationToken cancellation)
    {
        long[] ones = new long[program.Layers.Length], bits = new long[program.Layers.Length];
        new LayerInputTrace(program, profile, input).Run(data, Samples, (layer, x, _) =>
        {
            int width = program.Layers[layer].Input.Bits;
            uint mask = (1u << width) - 1;
            foreach (byte value in x.Data.Span) ones[layer] += BitOperations.PopCount(value & mask);
            bits[layer] += (long)width * x.Data.Length;
        }, cancellation);
        return [.. ones.Zip(bits, (one, all) => all == 0 ? 1 : (double)one / all)];
    }
}
