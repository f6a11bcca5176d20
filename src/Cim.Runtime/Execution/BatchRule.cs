using Cim.Runtime.Program;
using Cim.Runtime.Tensors;

namespace Cim.Runtime.Execution;

/// <summary>How a batch is run.</summary>
internal enum BatchMode
{
    /// <summary>Images do not influence one another: any split over threads gives the same result.</summary>
    PerImage,

    /// <summary>Some operator mixes images or moves the batch axis: the whole batch is one piece of work.</summary>
    Whole,

    /// <summary>The shapes are fixed: the program runs once per sample, samples are independent.</summary>
    FixedShape,
}

/// <summary>Decides from shapes and operators whether a batch may be split.</summary>
internal static class BatchRule
{
    public static BatchMode Decide(ModelProgram program)
    {
        bool[] constant = new bool[program.Values.Length];
        bool symbolic = false;
        for (int i = 0; i < constant.Length; i++)
        {
            constant[i] = program.Values[i].Constant is not null;
            symbolic |= program.Values[i].Shape.IsSymbolic;
        }

        if (!symbolic) return BatchMode.FixedShape;
        foreach (int input in program.Inputs)
            if (!IsBatchLeading(program.Values[input].Shape)) return BatchMode.Whole;
        foreach (ProgramStep step in program.Steps)
        {
            // What is computed from shapes and constants alone is worked out when a plan is made.
            bool known = step.Op is "Shape" or "Size" || step.Inputs.All(i => i < 0 || constant[i]);
            foreach (int output in step.Outputs)
            {
                if (output < 0) continue;
                if (known) constant[output] = true;
                else if (!IsBatchLeading(program.Values[output].Shape)) return BatchMode.Whole;
            }

            if (!known && MixesImages(program, step)) return BatchMode.Whole;
        }

        foreach (int output in program.Outputs)
            if (constant[output]) return BatchMode.Whole;
        return BatchMode.PerImage;
    }

    private static bool IsBatchLeading(Shape shape)
    {
        if (shape.Rank == 0 || shape[0] >= 0) return false;
        for (int i = 1; i < shape.Rank; i++)
            if (shape[i] < 0) return false;
        return true;
    }

    /// <summary>Operators that can work along the first axis without changing its extent; all others would have shown in the
    /// shapes.</summary>
    private static bool MixesImages(ModelProgram program, ProgramStep step)
    {
        Shape first = step.Inputs.Length > 0 && step.Inputs[0] >= 0 ? program.Values[step.Inputs[0]].Shape : Shape.Scalar;
        Shape result = step.Outputs.Length > 0 && step.Outputs[0] >= 0 ? program.Values[step.Outputs[0]].Shape : first;
        return step.Op switch
        {
            "Softmax" or "LogSoftmax" or "LayerNormalization" => OnFirstAxis(step.Attributes.Int("axis", -1), first.Rank),
            "Concat" or "Split" => OnFirstAxis(step.Attributes.Int("axis", 0), result.Rank),
            "Gather" => OnFirstAxis(step.Attributes.Int("axis", 0), first.Rank) && first.IsSymbolic,
            "Slice" => SlicesFirstAxis(program, step, first.Rank),
            "Tile" or "Pad" or "Resize" or "Expand" =>
                first.Rank != result.Rank || (first.Rank > 0 && first.IsSymbolic && first[0] != result[0]),
            _ => false,
        };
    }

    private static bool OnFirstAxis(long axis, int rank) => axis == 0 || axis + rank == 0;

    private static bool SlicesFirstAxis(ModelProgram program, ProgramStep step, int rank)
    {
        if (step.Inputs.Length <= 3 || step.Inputs[3] < 0) return true;
        return program.Values[step.Inputs[3]].Constant switch
        {
            { Type: ElementType.Int64 } axes => Any(axes.Span<long>(), rank),
            { Type: ElementType.Int32 } axes => Any([.. axes.Span<int>().ToArray().Select(a => (long)a)], rank),
            _ => true, // computed, or of a type that Slice refuses
        };
    }

    private static bool Any(ReadOnlySpan<long> axes, int rank)
    {
        foreach (long axis in axes)
            if (OnFirstAxis(axis, rank)) return true;
        return false;
    }
}
