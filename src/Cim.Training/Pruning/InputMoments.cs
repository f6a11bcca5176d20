using Cim.Onnx.Building;
using Cim.Onnx.Proto;
using Cim.Training.Data;
using Cim.Training.Networks;
using Cim.Training.Numerics;
using Cim.Training.Operators.Windows;
using Cim.Training.Ort;

namespace Cim.Training.Pruning;

/// <summary>Second moments of what the matrices of a network read: mean of x x^T over samples and positions, x followed by a 1 for the
/// bias.</summary>
internal static class InputMoments
{
    /// <summary>Positions of a layer that are looked at in each sample.</summary>
    private const int PlacesPerSample = 16;

    /// <summary>Matrices [groups][rows + 1, rows + 1] of every layer; only the lower half is filled.</summary>
    /// <param name="network">The network as it is.</param>
    /// <param name="nodes">Its Conv, Gemm and MatMul nodes in question.</param>
    /// <param name="layouts">The matrix of each node.</param>
    /// <param name="samples">Samples without labels.</param>
    /// <param name="cancellation">Checked between batches.</param>
    public static double[][][] Measure(
        TrainableNetwork network, IReadOnlyList<NodeProto> nodes, IReadOnlyList<MatrixLayout> layouts, SampleSet samples,
        CancellationToken cancellation)
    {
        IReadOnlyDictionary<string, long[]> shapes = ForwardGraph.ShapesOf(network);
        Reader[] readers = [.. nodes.Select((node, i) => new Reader(node, layouts[i], shapes))];
        string[] values = [.. nodes.Select(node => node.Input[0]).Distinct(StringComparer.Ordinal)];
        using var predictor = new Predictor(network, Math.Min(64, samples.Count), values);
        int first = 0;
        int visited = 0;
        predictor.ForEachBatch(
            samples,
            (name, count, array) =>
            {
                Parallel.ForEach(readers.Where(reader => reader.Value == name),
                    reader => reader.Add(array, count, array.Length / predictor.BatchSize, first));
                if (++visited % values.Length == 0)
                    first += count;
            },
            cancellation);
        return [.. readers.Select(reader => reader.Means())];
    }

    /// <summary>Reads the inputs of one layer out of its input tensor, position by position.</summary>
    private sealed class Reader
    {
        private readonly int _rows, _groups, _positions;
        private readonly WindowGeometry? _window;
        private readonly long[] _shape;
        private readonly double[][] _sums;
        private long _count;

        public Reader(NodeProto node, MatrixLayout layout, IReadOnlyDictionary<string, long[]> shapes)
        {
            Value = node.Input[0];
            _rows = layout.Inputs;
            _shape = shapes[Value];
            long[] output = shapes[node.Output[0]];
            _groups = node.OpType == "Conv" ? (int)Attributes.GetInt(node, "group", 1) : 1;
            _window = node.OpType == "Conv" ? WindowGeometry.Of(node, _shape, output, [.. shapes[node.Input[1]][2..]]) : null;
            _positions = _window is null ? (int)Math.Max(1, Tensors.Count(_shape.AsSpan(1)) / _rows) : (int)Tensors.Count(output.AsSpan(2));
            _sums = [.. Enumerable.Range(0, _groups).Select(_ => new double[(_rows + 1) * (_rows + 1)])];
        }

        public string Value { get; }

        public void Add(float[] values, int samples, int perSample, int first)
        {
            int taken = Math.Min(PlacesPerSample, _positions);
            var x = new double[_rows + 1];
            for (int n = 0; n < samples; n++)
            {
                ReadOnlySpan<float> sample = values.AsSpan(n * perSample, perSample);
                for (int t = 0; t < taken; t++)
                {
                    // Another offset in every sample, so that all positions of the layer are seen.
                    int position = (int)((((long)t * _positions) + ((first + n) * 7L)) / taken % _positions);
                    for (int g = 0; g < _groups; g++)
                    {
                        Read(sample, position, g, x);
                        x[_rows] = 1;
                        for (int i = 0; i <= _rows; i++)
                        {
                            if (x[i] != 0)
                                SymmetricMatrix.AddScaled(_sums[g].AsSpan(i * (_rows + 1), i + 1), x[i], x.AsSpan(0, i + 1));
                        }
                    }

                    _count++;
                }
            }
        }

        public double[][] Means()
        {
            foreach (double[] sum in _sums)
            {
                for (int i = 0; i < sum.Length; i++)
                    sum[i] /= _count;
            }

            return _sums;
        }

        private void Read(ReadOnlySpan<float> sample, int position, int group, double[] x)
        {
            if (_window is null)
            {
                for (int i = 0; i < _rows; i++)
                    x[i] = sample[(position * _rows) + i];
                return;
            }

            int rank = _window.Rank;
            Span<long> start = stackalloc long[rank];
            long rest = position;
            for (int d = rank - 1; d >= 0; d--)
            {
                start[d] = (rest % _window.Output[d] * _window.Strides[d]) - _window.PadsBegin[d];
                rest /= _window.Output[d];
            }

            int size = (int)_window.KernelSize;
            int channels = _rows / size;
            int plane = (int)Tensors.Count(_window.Input);
            for (int k = 0; k < size; k++)
            {
                long at = Offset(k, start);
                for (int c = 0; c < channels; c++)
                    x[(c * size) + k] = at < 0 ? 0 : sample[(((group * channels) + c) * plane) + (int)at];
            }
        }

        /// <summary>Where kernel position <paramref name="k"/> of the window at <paramref name="start"/> reads in a channel, or -1 in the
        /// padding.</summary>
        private long Offset(int k, ReadOnlySpan<long> start)
        {
            long at = 0;
            long stride = 1;
            for (int d = _window!.Rank - 1; d >= 0; d--)
            {
                long position = start[d] + (k % _window.Kernel[d] * _window.Dilations[d]);
                k /= (int)_window.Kernel[d];
                if (position < 0 || position >= _window.Input[d])
                    return -1;
                at += position * stride;
                stride *= _window.Input[d];
            }

            return at;
        }
    }
}
