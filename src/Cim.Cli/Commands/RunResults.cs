using System.Runtime.InteropServices;
using Cim.Compiler.Data;
using Cim.Runtime;

namespace Cim.Cli.Commands;

/// <summary>The results of all runs of <c>cim run</c> as one array: its shape, and the numbers in its order.</summary>
internal sealed class RunResults
{
    private readonly int _batchAxis;
    private readonly bool _isSameForAll;

    /// <param name="output">The output.</param>
    /// <param name="count">Samples of all runs.</param>
    /// <param name="samplesPerUnit">Samples of one run of a model whose batch is fixed; 0 = any number.</param>
    /// <param name="samplesPerRun">Samples that are run at once.</param>
    /// <exception cref="CimException">CIM0006: results of several runs cannot be put together.</exception>
    public RunResults(TensorDescription output, int count, int samplesPerUnit, int samplesPerRun)
    {
        int[] batchAxes = [.. Enumerable.Range(0, output.Shape.Length).Where(i => output.Shape[i] < 0)];
        if (batchAxes.Length > 1 && count > samplesPerRun)
            throw new CimException(ErrorCodes.InvalidData,
                $"The output '{output.Name}' grows with the number of samples along {batchAxes.Length} dimensions, so that results of "
                    + $"several runs are no part of it; pass at most {samplesPerRun} samples.");
        _batchAxis = batchAxes.Length > 0 ? batchAxes[0] : 0;
        _isSameForAll = batchAxes.Length == 0 && samplesPerUnit == 0;
        Dims = batchAxes.Length > 0 ? [.. output.Shape.Select(d => d < 0 ? -d * count : d)]
            : _isSameForAll ? [.. output.Shape]
            : OfFixedBatch(output, count / samplesPerUnit, samplesPerUnit);
    }

    /// <summary>The shape of all results together.</summary>
    public int[] Dims { get; }

    /// <summary>Writes the array in NumPy's format.</summary>
    /// <param name="stream">The file.</param>
    /// <param name="runs">The output of each run; each is read before the next is asked for.</param>
    public void Write(Stream stream, IEnumerable<ReadOnlyMemory<float>> runs)
    {
        NpyWriter.WriteHeader(stream, Dims);
        // What lies before the batch is repeated once a run, and once in the array.
        int outer = Dims.Take(_batchAxis).Aggregate(1, (a, b) => a * b);
        if (outer == 1)
        {
            foreach (ReadOnlyMemory<float> run in runs)
            {
                stream.Write(MemoryMarshal.AsBytes(run.Span));
                if (_isSameForAll) break;
            }

            return;
        }

        List<float[]> all = [.. runs.Select(run => run.ToArray())];
        for (int i = 0; i < outer; i++)
            foreach (float[] run in all)
                stream.Write(MemoryMarshal.AsBytes(run.AsSpan(run.Length / outer * i, run.Length / outer)));
    }

    /// <summary>A model with a fixed batch gives one result per run: they are joined along the first dimension, or a new one.</summary>
    private static int[] OfFixedBatch(TensorDescription output, int runs, int samplesPerRun) =>
        output.Shape is [var batch, .. var rest] && batch == samplesPerRun ? [batch * runs, .. rest] : [runs, .. output.Shape];
}
