using System.Collections.Immutable;
using Cim.Compiler.Ir;
using Cim.Compiler.Mapping;
using Cim.Runtime;
using Cim.Runtime.Costs;
using Cim.Runtime.Crossbar;
using Cim.Runtime.Hardware;
using Cim.Runtime.Mapping;
using Cim.Runtime.Model;
using Cim.Runtime.Program;
using Cim.Runtime.Tensors;

namespace Cim.Compiler.Scheduling;

/// <summary>A compiled model as schedules see a network: the steps of its program, and its layers as they lie on arrays.</summary>
internal static class CompiledNetwork
{
    /// <summary>The network on the hardware it was compiled for, or on a chip of the same arrays.</summary>
    /// <param name="model">The compiled model.</param>
    /// <param name="profile">The hardware.</param>
    public static ScheduledNetwork Of(CompiledModel model, HardwareProfile profile)
    {
        Graph graph = GraphOf(model);
        Dictionary<string, CrossbarLayer> layers = [];
        foreach (ProgramStep step in model.Program.Steps.Where(s => s.Op == ProgramStep.CrossbarOp))
            layers[step.Name] = model.Program.Layers[(int)step.Attributes.Int("layer", 0)];
        return new ScheduledNetwork(
            graph, profile, (shape, copies) => CostOf(shape, layers.GetValueOrDefault(shape.Name), profile, copies));
    }

    private static LayerCost CostOf(LayerShape shape, CrossbarLayer? layer, HardwareProfile profile, int copies)
    {
        if (layer is null) return CostModel.Of(shape, LayerMapper.Map(shape, 8, profile), 8, 8, 0, profile, copies);
        if (layer.Blocks.IsEmpty)
        {
            // What is asked of other groups is how often the matrix fits into an array.
            LayerMapping mapping = shape.Groups == layer.Groups ? layer.Mapping : LayerMapper.Map(shape, layer.WeightBits, profile);
            return CostModel.Of(shape, mapping, layer.WeightBits, layer.Input.Bits, layer.AdcBits, profile, copies);
        }

        return CostModel.Of(shape, ColumnMapper.AsCosted(layer.Blocks), layer.Blocks.Max(b => b.WeightBits), layer.Input.Bits,
            layer.AdcBits, profile, copies);
    }

    /// <summary>The program as a graph: steps on crossbars are convolutions and products again, the residual is a third input.</summary>
    private static Graph GraphOf(CompiledModel model)
    {
        ModelProgram program = model.Program;
        var values = ImmutableDictionary.CreateBuilder<string, ValueInfo>(StringComparer.Ordinal);
        var constants = ImmutableDictionary.CreateBuilder<string, Tensor>(StringComparer.Ordinal);
        for (int v = 0; v < program.Values.Length; v++)
        {
            values[Value(v)] = new ValueInfo(program.Values[v].Type, program.Values[v].Shape);
            if (program.Values[v].Constant is { } constant) constants[Value(v)] = constant;
        }

        for (int l = 0; l < program.Layers.Length; l++)
        {
            CrossbarLayer layer = program.Layers[l];
            int rank = program.StepsOf(l).Select(s => program.Values[s.Inputs[0]].Shape.Rank).FirstOrDefault();
            values[Weights(l)] = new ValueInfo(layer.Weights.Type, KernelOf(layer, rank));
            constants[Weights(l)] = layer.Weights;
        }

        return new Graph
        {
            Name = model.Info.Name,
            Inputs = [.. program.Inputs.Select(Value)],
            Outputs = [.. program.Outputs.Select(Value)],
            Nodes = [.. program.Steps.Select(s => NodeOf(s, program))],
            Constants = constants.ToImmutable(),
            Values = values.ToImmutable(),
        };
    }

    private static Node NodeOf(ProgramStep step, ModelProgram program)
    {
        ImmutableArray<string> outputs = [.. step.Outputs.Select(Value)];
        if (step.Op != ProgramStep.CrossbarOp)
            return new Node(step.Op, step.Name, [.. step.Inputs.Select(Value)], outputs, step.Attributes);
        int index = (int)step.Attributes.Int("layer", 0);
        CrossbarLayer layer = program.Layers[index];
        ImmutableArray<string> inputs = [Value(step.Inputs[0]), Weights(index), .. step.Inputs.Skip(1).Select(Value)];
        return layer.Geometry is { } geometry
            ? new Node("Conv", step.Name, inputs, outputs,
                AttributesOf(geometry, program.Values[step.Inputs[0]].Shape.Rank).With("group", layer.Groups))
            : new Node("Gemm", step.Name, inputs, outputs, AttributeMap.Empty.With("transB", 1L));
    }

    private static AttributeMap AttributesOf(ConvolutionGeometry geometry, int rank)
    {
        ConvolutionAxis[] axes = rank == 4 ? [geometry.Vertical, geometry.Horizontal] : [geometry.Horizontal];
        return AttributeMap.Empty
            .With("strides", [.. axes.Select(a => (long)a.Stride)])
            .With("dilations", [.. axes.Select(a => (long)a.Dilation)])
            .With("pads", [.. axes.Select(a => (long)a.PadBefore), .. axes.Select(a => (long)a.PadAfter)]);
    }

    private static Shape KernelOf(CrossbarLayer layer, int rank)
    {
        if (layer.Geometry is not { } g) return new Shape(layer.Outputs, layer.RowsPerGroup);
        int channels = g.InputChannels / layer.Groups;
        return rank == 4
            ? new Shape(layer.Outputs, channels, g.KernelHeight, g.KernelWidth)
            : new Shape(layer.Outputs, channels, g.KernelWidth);
    }

    private static string Value(int index) => index < 0 ? "" : $"v{index}";

    private static string Weights(int layer) => $"w{layer}";
}
