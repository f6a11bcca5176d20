using System.Collections.Immutable;
using Cim.Runtime;
using Cim.Runtime.Program;
using Cim.Runtime.Tensors;

namespace Cim.Compiler.Import.Rewrites.Recurrent;

/// <summary>What RNN, GRU and LSTM have in common: sizes, directions, the parts of their weights and states.</summary>
internal sealed class RecurrentLayer
{
    private const int MostSteps = 4096;

    private readonly string _input;
    private readonly float _clip;
    private readonly int[]? _lengths;
    private readonly bool _hasLengths;

    /// <param name="context">The node.</param>
    /// <param name="gates">Gates of its operator.</param>
    public RecurrentLayer(RewriteContext context, int gates)
    {
        (Context, Gates) = (context, gates);
        BatchFirst = context.Attributes.Int("layout", 0) != 0;
        string direction = context.Attributes.String("direction", "forward");
        if (direction is not ("forward" or "reverse" or "bidirectional")) throw context.Error($"direction '{direction}' is unknown");
        (Directions, IsReversed) = (direction == "bidirectional" ? 2 : 1, direction == "reverse");
        _clip = context.Attributes.Float("clip", 0);

        Shape x = context.ShapeOf(context.Input(0)), r = context.ShapeOf(context.Input(2)), w = context.ShapeOf(context.Input(1));
        if (x.Rank != 3 || r.Rank != 3 || w.Rank != 3) throw context.Error($"X {x}, W {w} and R {r} must have three axes");
        Hidden = r[2];
        (Time, Batch) = BatchFirst ? (x[1], x[0]) : (x[0], x[1]);
        if (w[0] != Directions || r[0] != Directions || w[1] != gates * Hidden || r[1] != gates * Hidden || w[2] != x[2])
            throw context.Error($"W {w} and R {r} do not fit {Directions} direction(s) of an input {x} with {gates} gates");
        if (Time < 1)
            throw context.Unsupported(
                $"the number of time steps (axis {(BatchFirst ? 1 : 0)} of X {x}) must be fixed; export the model with "
                + "a fixed length, one frame for streaming");
        if (Time > MostSteps) throw context.Unsupported($"{Time} time steps are more than {MostSteps}, the most that are written out");
        (_lengths, _hasLengths) = (Lengths(), context.Has(4));

        // Batch first: then images stay apart from each other.
        string batchFirst = BatchFirst ? context.Input(0) : context.Transpose(context.Input(0), 1, 0, 2);
        _input = context.Reshape(batchFirst, -1, x[2]);
    }

    public static AttributeMap Transposed { get; } = AttributeMap.Empty.With("transB", 1);

    public RewriteContext Context { get; }

    public int Gates { get; }

    public int Time { get; }

    /// <summary>Negative if it is the batch.</summary>
    public int Batch { get; }

    public int Hidden { get; }

    public int Directions { get; }

    /// <summary>True if the node's layout is 1.</summary>
    public bool BatchFirst { get; }

    private bool IsReversed { get; }

    /// <summary>The steps of a direction in the order they are taken.</summary>
    public IEnumerable<int> Steps(int direction) => direction == 1 || IsReversed
        ? Enumerable.Range(0, Time).Reverse()
        : Enumerable.Range(0, Time);

    /// <summary>The part of an input that belongs to a direction, without that axis; empty if the input is missing.</summary>
    public string Part(int input, int direction) =>
        Context.Has(input) ? Context.Gather(Context.Input(input), 0, direction) : "";

    /// <summary>The state [batch, hidden] a direction begins with; empty if it is zero.</summary>
    public string Initial(int input, int direction)
    {
        if (!Context.Has(input)) return "";
        string state = Context.Input(input);
        if (Context.Constant(state) is { Type: ElementType.Float32 } constant && !constant.Span<float>().ContainsAnyExcept(0f)) return "";
        return Context.Gather(state, BatchFirst ? 1 : 0, direction);
    }

    /// <summary>Both halves of B, [gates * hidden] each; empty if there is none.</summary>
    public (string OfInput, string OfState) Bias(int direction)
    {
        string bias = Part(3, direction);
        if (bias.Length == 0) return ("", "");
        ImmutableArray<string> halves = Context.Split(bias, 0, [Gates * Hidden, Gates * Hidden]);
        return (halves[0], halves[1]);
    }

    /// <summary>The input times the weights for all steps, [batch, time, gates * hidden].</summary>
    public string Project(int direction, string bias)
    {
        string weights = Part(1, direction);
        string rows = Context.Op("Gemm", bias.Length > 0 ? [_input, weights, bias] : [_input, weights], Transposed);
        return Context.Reshape(rows, Batch < 0 ? -1 : Batch, Time, Gates * Hidden);
    }

    /// <summary>A value within the threshold, where the node has one.</summary>
    public string Clipped(string x) =>
        _clip > 0 ? Context.Op("Clip", [x, Context.Scalar(-_clip), Context.Scalar(_clip)]) : x;

    /// <summary>Which sequences a step belongs to, [batch, 1] of truth values; null if all of them.</summary>
    public string? Mask(int time)
    {
        if (_lengths is not null && _lengths.All(l => time < l)) return null;
        return _lengths is null && !_hasLengths ? null
            : Context.Unsqueeze(Context.Op("Less", [Context.Constant("time", Tensor.Scalar(time)), Context.Input(4)]), 1);
    }

    /// <summary>The lengths of the sequences; null if there are none, or they are computed.</summary>
    private int[]? Lengths()
    {
        if (!Context.Has(4) || Context.Constant(Context.Input(4)) is not { Type: ElementType.Int32 } lengths) return null;
        int[] values = lengths.Span<int>().ToArray();
        return values.All(l => l >= 0 && l <= Time) && values.Length == Math.Abs(Batch) ? values
            : throw Context.Error($"sequence_lens [{string.Join(",", values)}] does not fit {Time} steps of {Batch} sequences");
    }
}
