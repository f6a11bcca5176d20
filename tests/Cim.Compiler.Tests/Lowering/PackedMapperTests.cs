using System.Runtime.InteropServices;
using Cim.Compiler.Ir;
using Cim.Compiler.Lowering;
using Cim.Compiler.Mapping;
using Cim.Compiler.Ort;
using Cim.Compiler.Precision;
using Cim.Compiler.Quantization;
using Cim.Compiler.Tests.Mapping;
using Cim.Compiler.Tests.Support;
using Cim.Onnx.Proto;
using Cim.Runtime;
using Cim.Runtime.Costs;
using Cim.Runtime.Crossbar;
using Cim.Runtime.Hardware;
using Cim.Runtime.Hardware.Profiles;
using Cim.Runtime.Mapping;
using Cim.Runtime.Tensors;
using Cim.Tests.Shared;
using CsCheck;
using Google.Protobuf;
using Xunit;

namespace Cim.Compiler.Tests.Lowering;

/// <summary>What is left of a pruned layer moves together.</summary>
public sealed class PackedMapperTests
{
    private static readonly HardwareProfile _small = HardwareProfiles.BuiltIn("isaac") with
    {
        Rows = 16,
        Columns = 16,
        Encoding = WeightEncoding.Differential,
    };

    [Fact]
    public void As_many_arrays_are_freed_as_the_rows_or_columns_left_allow() =>
        Gen.Select(MappingCase.Any, Gen.Int, Gen.Bool).Holds(100, (example, seed, clearsColumns) =>
    {
        (LayerShape shape, int bits, _, HardwareProfile profile) = example;
        shape = shape with { Groups = 1 };
        LayerMapping whole = LayerMapper.Map(shape, bits, profile);
        sbyte[] weights = Weights(shape, whole.RowTiles[0].Rows, Math.Max(1, profile.Columns / whole.ColumnsPerOutput), bits,
            new Random(seed), clearsColumns);
        ReadOnlySpan<WeightBlock> blocks = PackedMapper.Map(shape, Quantized(shape, weights, bits), whole, whole.Tiles.Length, profile)
            .AsSpan();

        int arrayColumns = profile.Columns - (profile.Columns % whole.CellsPerSlice),
            perArray = Math.Max(1, arrayColumns / whole.ColumnsPerOutput);
        bool Holds(int o, int r) => weights[(o * shape.RowsPerGroup) + r] != 0;
        int byColumns = whole.RowTiles.Sum(t =>
            Ceiling(whole.ColumnsPerOutput * Enumerable.Range(0, shape.ColumnsPerGroup)
            .Count(o => Enumerable.Range(t.FirstRow, t.Rows).Any(r => Holds(o, r))), arrayColumns));
        int byRows = Enumerable.Range(0, shape.ColumnsPerGroup).Chunk(perArray).Sum(c =>
            Ceiling(c.Length * whole.ColumnsPerOutput, arrayColumns) * Ceiling(
                Enumerable.Range(0, shape.RowsPerGroup).Count(r => c.Any(o => Holds(o, r))), whole.RowTiles[0].Rows));
        int least = Math.Min(byColumns, byRows);
        if (least == 0 || least >= whole.Tiles.Length)
        {
            Assert.True(blocks.IsEmpty);
            return;
        }

        Assert.Equal(least, CostModel.Of(shape, ColumnMapper.AsCosted([.. blocks]), bits, 8, 0, profile).Arrays);

        // Every weight that is not zero lies on one array, in one of its cells.
        int[] times = new int[weights.Length];
        foreach (WeightBlock block in blocks)
            foreach (ArrayTile tile in block.Mapping.Tiles)
            {
                Assert.True(tile.Rows <= profile.Rows && tile.ColumnInArray + tile.Columns <= profile.Columns);
                for (int c = tile.FirstColumn; c < tile.FirstColumn + tile.Columns; c++)
                    for (int r = tile.FirstRow; r < tile.FirstRow + tile.Rows; r++)
                        times[(block.Uses[c / block.Mapping.ColumnsPerOutput].Output * shape.RowsPerGroup) + block.Mapping.RowAt(r)]++;
            }

        for (int i = 0; i < times.Length; i++) Assert.True(weights[i] == 0 || times[i] == whole.ColumnsPerOutput);
    });

    [Theory, InlineData(1, true, "Differential"), InlineData(2, false, "Differential"), InlineData(3, true, "Offset"),
        InlineData(4, false, "TwosComplement")]
    public void Packed_layers_give_the_integers_of_ONNX_Runtime_and_survive_lossless_converters(int seed, bool byColumns, string encoding)
    {
        HardwareProfile hardware = _small with { Encoding = Enum.Parse<WeightEncoding>(encoding) };
        Graph graph = RandomNetworks.Import(Pruned(RandomNetworks.Chain(seed), seed, byColumns));
        QuantizationPolicy policy = QuantizationPolicy.Uniform(MvmLayers.Find(graph).Select(l => l.NodeName), 4, 8);
        GraphInput input = GraphInput.Of(graph);
        var data = new CalibrationData(RandomNetworks.Samples(24, input.SampleElements, 7), 24, false);
        Graph quantized = new PostTrainingQuantizer(new QuantizerOptions())
            .Quantize(graph, input, data, policy, null, CancellationToken.None);
        LoweredModel lowered = new LayerLowering(policy, hardware).Lower(quantized);
        Assert.Contains(lowered.Program.Layers, l => l.Blocks.Length > 1);
        LoweredAssert.EqualsOnnxRuntimeAndSurvivesLosslessConverters(quantized, lowered, hardware, seed);
    }

    [Fact]
    public void A_dense_layer_stays_as_it_is()
    {
        var shape = new LayerShape("l", 1, 100, 50, 1);
        sbyte[] weights = [.. Enumerable.Repeat((sbyte)1, 5000)];
        LayerMapping whole = LayerMapper.Map(shape, 4, _small);
        Assert.Empty(PackedMapper.Map(shape, Quantized(shape, weights, 4), whole, whole.Tiles.Length, _small));
    }

    private static int Ceiling(int value, int divisor) => (value + divisor - 1) / divisor;

    private static QuantizedWeights Quantized(LayerShape shape, sbyte[] weights, int bits) => new(
        Tensor.Create<sbyte>(new Shape(shape.ColumnsPerGroup, shape.RowsPerGroup), weights),
        [.. Enumerable.Repeat(1f, shape.ColumnsPerGroup)], bits, false);

    /// <summary>Random integers of which half of the outputs of each row tile, or half of the rows of each block of outputs, are
    /// zero.</summary>
    private static sbyte[] Weights(LayerShape shape, int rows, int outputs, int bits, Random random, bool byColumns)
    {
        int most = Math.Max(1, (1 << (bits - 1)) - 1);
        sbyte[] weights = new sbyte[shape.ColumnsPerGroup * shape.RowsPerGroup];
        for (int i = 0; i < weights.Length; i++)
            weights[i] = (sbyte)(random.Next(2) == 0 ? -random.Next(1, most + 1) : random.Next(1, most + 1));
        Zero<sbyte>(weights, shape.ColumnsPerGroup, shape.RowsPerGroup, rows, outputs, random, byColumns);
        return weights;
    }

    private static void Zero<T>(
        Span<T> weights, int outputs, int rows, int rowsPerArray, int outputsPerArray, Random random, bool byColumns)
    {
        var gone = new HashSet<(int, int)>();
        for (int block = 0; block < (byColumns ? Ceiling(rows, rowsPerArray) : Ceiling(outputs, outputsPerArray)); block++)
            for (int unit = 0; unit < (byColumns ? outputs : rows); unit++)
                if (random.Next(2) == 0) gone.Add((block, unit));
        for (int o = 0; o < outputs; o++)
            for (int r = 0; r < rows; r++)
                if (gone.Contains(byColumns ? (r / rowsPerArray, o) : (o / outputsPerArray, r))) weights[(o * rows) + r] = default!;
    }

    private static byte[] Pruned(byte[] model, int seed, bool byColumns)
    {
        var random = new Random(seed);
        ModelProto proto = ModelProto.Parser.ParseFrom(model);
        foreach (TensorProto tensor in proto.Graph.Initializer.Where(t => t.Dims.Count >= 2))
        {
            int outputs = (int)tensor.Dims[0], rows = (int)tensor.Dims.Skip(1).Aggregate(1L, (a, b) => a * b);
            float[] values = tensor.RawData.Length > 0
                ? MemoryMarshal.Cast<byte, float>(tensor.RawData.Span).ToArray()
                : [.. tensor.FloatData];
            Zero<float>(values, outputs, rows, _small.Rows, 4, random, byColumns);
            tensor.FloatData.Clear();
            tensor.RawData = ByteString.CopyFrom(MemoryMarshal.AsBytes(values.AsSpan()));
        }

        return proto.ToByteArray();
    }
}
