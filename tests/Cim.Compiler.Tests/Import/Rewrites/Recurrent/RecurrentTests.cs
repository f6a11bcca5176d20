using Cim.Compiler.Import;
using Cim.Compiler.Ir;
using Cim.Compiler.Tests.Support;
using Cim.Runtime;
using Cim.Runtime.Tensors;
using Cim.Tests.Shared;
using CsCheck;
using Xunit;

namespace Cim.Compiler.Tests.Import.Rewrites.Recurrent;

/// <summary>LSTM, GRU and RNN written out step by step compute what ONNX Runtime computes, whatever their attributes are.</summary>
public sealed class RecurrentTests
{
    // Those whose slope is never infinite, so that rounding stays rounding.
    private static readonly string[] _activations =
        ["Sigmoid", "Tanh", "Relu", "HardSigmoid", "LeakyRelu", "Elu", "ScaledTanh", "Affine", "Softsign"];

    private static readonly Gen<Case> _cases = Gen.Select(
        Gen.Select(Gen.OneOf("RNN", "GRU", "LSTM"), Gen.OneOf("forward", "reverse", "bidirectional"), Gen.Int[0, 1000]),
        Gen.Select(Gen.Int[1, 5], Gen.Int[1, 3], Gen.Int[1, 4], Gen.Int[1, 5]),
        Gen.Select(Gen.Bool, Gen.Bool, Gen.Bool, Gen.Int[0, 2], Gen.Int[0, 2]),
        Gen.Select(Gen.Bool, Gen.Int[0, 9], Gen.Int[0, 2]),
        (op, sizes, inputs, options) => new Case(op.Item1, op.Item2, op.Item3)
        {
            Time = sizes.Item1, Batch = sizes.Item2, Inputs = sizes.Item3, Hidden = sizes.Item4, HasBias = inputs.Item1,
            HasLengths = inputs.Item2, HasPeepholes = inputs.Item3, State = inputs.Item4, Clip = inputs.Item5, Variant = options.Item1,
            Activations = options.Item2, Outputs = options.Item3,
        });

    [Fact]
    public void Any_attributes_give_the_numbers_of_ONNX_Runtime() =>
        _cases.Holds(400, c => ImportAssert.SameAsOnnxRuntime(c.Model(), relative: 1e-5, batch: c.Batch));

    [Fact]
    public void The_input_is_multiplied_once_for_all_steps_and_the_state_once_for_each()
    {
        Graph graph = ImportAssert.SameAsOnnxRuntime(Lstm(steps: 6));
        Assert.Equal([6, 1, 1], MvmLayers.Find(graph).Select(l => l.PositionsPerImage));
        Assert.Equal([1, 5, 1], MvmLayers.Find(graph).Select(l => l.Uses.Length)); // the first state is zero
        Assert.True(graph.HasSymbolicBatch);
    }

    /// <summary>Apart from the others, since its values grow from step to step and the bound with them.</summary>
    [Theory]
    [InlineData("RNN", 1, 1)]
    [InlineData("GRU", 3, 2)]
    [InlineData("LSTM", 4, 3)]
    public void Softplus_is_a_function_of_gates_too(string op, int gates, int functions) =>
        ImportAssert.SameAsOnnxRuntime(new ModelBuilder().Input("x", 3, 2, 4).Uniform("w", -0.5f, 0.5f, 1, gates * 5, 4)
            .Uniform("r", -0.3f, 0.3f, 1, gates * 5, 5)
            .Node(op, "x w r", "_ h", ("hidden_size", 5), ("activations", Enumerable.Repeat("Softplus", functions).ToArray())).Output("h"),
            new ImportOptions { GeneraliseBatch = false }, relative: 1e-4, batch: 3);

    [Fact]
    public void An_unknown_number_of_steps_is_an_error_that_says_where() =>
        ImportAssert.Fails(new ModelBuilder().Input("x", -1, 1, 3).Weight("w", 1, 8, 3).Weight("r", 1, 8, 2)
            .Node("memory", "LSTM", "x w r", "_ h", ("hidden_size", 2)).Output("h"), ErrorCodes.UnsupportedOperators, "memory",
                "time steps");

    [Fact]
    public void An_unknown_activation_is_named() =>
        ImportAssert.Fails(new ModelBuilder().Input("x", 4, 2, 3).Weight("w", 1, 2, 3).Weight("r", 1, 2, 2)
            .Node("memory", "RNN", "x w r", "_ h", ("hidden_size", 2), ("activations", new[] { "Sine" })).Output("h"),
            ErrorCodes.UnsupportedOperators, "memory", "Sine");

    internal static ModelBuilder Lstm(int steps, int hidden = 5, int inputs = 4) => new ModelBuilder().Input("x", -1, steps, inputs)
        .Weight("w", 1, 4 * hidden, inputs).Weight("r", 1, 4 * hidden, hidden).Uniform("b", -0.3f, 0.3f, 1, 8 * hidden)
        .Node("Transpose", "x", "t", ("perm", new[] { 1, 0, 2 }))
        .Node("memory", "LSTM", "t w r b", "_ h", ("hidden_size", hidden)).Weight("v", hidden, 3).Ints("a", 0)
        .Node("Squeeze", "h a", "s").Node("MatMul", "s v", "y").Output("y");

    private sealed record Case(string Op, string Direction, int Seed)
    {
        public int Time { get; init; }

        public int Batch { get; init; }

        public int Inputs { get; init; }

        public int Hidden { get; init; }

        public bool HasBias { get; init; }

        public bool HasLengths { get; init; }

        public bool HasPeepholes { get; init; }

        /// <summary>Initial states: none, constants, inputs.</summary>
        public int State { get; init; }

        public int Clip { get; init; }

        /// <summary>linear_before_reset, input_forget.</summary>
        public bool Variant { get; init; }

        public int Activations { get; init; }

        public int Outputs { get; init; }

        private int Gates => Op switch { "RNN" => 1, "GRU" => 3, _ => 4 };

        private int Directions => Direction == "bidirectional" ? 2 : 1;

        // ONNX Runtime has no other layout.
        private static bool BatchFirst => false;

        public ModelBuilder Model()
        {
            ModelBuilder m = new ModelBuilder(17, Seed).Input("x", BatchFirst ? [Batch, Time, Inputs] : [Time, Batch, Inputs])
                .Uniform("w", -1, 1, Directions, Gates * Hidden, Inputs).Uniform("r", -1, 1, Directions, Gates * Hidden, Hidden)
                .Uniform("b", -0.5f, 0.5f, Directions, 2 * Gates * Hidden).Uniform("p", -1, 1, Directions, 3 * Hidden);
            var random = new Random(Seed);
            m.Constant("n", Tensor.Create<int>(
                new Shape(Batch), [.. Enumerable.Range(0, Batch).Select(i => i == 0 ? Time : 1 + random.Next(Time))]));
            foreach (string state in (string[])["h0", "c0"])
            {
                if (State == 1) m.Uniform(state, -1, 1, Directions, Batch, Hidden);
                if (State == 2) m.Input(state, Directions, Batch, Hidden);
            }

            List<string> inputs = ["x", "w", "r", HasBias ? "b" : "_", HasLengths ? "n" : "_", State > 0 ? "h0" : "_"];
            if (Op == "LSTM") inputs.AddRange([State > 0 ? "c0" : "_", HasPeepholes ? "p" : "_"]);
            else if (State == 2) m.Model.Graph.Input.RemoveAt(m.Model.Graph.Input.Count - 1);
            string[] outputs = Op == "LSTM" ? ["y", "h", "c"] : ["y", "h"];
            string[] read = Outputs == 0 ? outputs : Outputs == 1 ? ["y"] : outputs[1..];
            m.Node(Op, string.Join(' ', inputs).TrimEnd('_', ' '),
                string.Join(' ', outputs.Select(o => read.Contains(o) ? o : "_")).TrimEnd('_', ' '), [.. Attributes()]);
            foreach (string output in read) m.Output(output);
            return m;
        }

        private IEnumerable<(string, object)> Attributes()
        {
            yield return ("hidden_size", Hidden);
            yield return ("direction", Direction);
            if (Clip == 2) yield return ("clip", 0.4f);
            if (Op == "GRU") yield return ("linear_before_reset", Variant ? 1 : 0);
            if (Op == "LSTM") yield return ("input_forget", Variant ? 1 : 0);
            if (Activations < 5) yield break;
            yield return ("activation_alpha", (float[])[0.7f, 0.4f, 0.9f, 0.3f, 0.6f, 0.8f]);
            yield return ("activation_beta", (float[])[0.6f, 0.2f, 0.5f, 0.1f, 0.7f, 0.3f]);
            int functions = (Op switch { "RNN" => 1, "GRU" => 2, _ => 3 }) * Directions;
            yield return ("activations", (string[])[.. Enumerable.Range(0, functions)
                .Select(i => _activations[(Seed + (i * Activations)) % _activations.Length])]);
        }
    }
}
