using Cim.Compiler.Import.Passes;
using Cim.Compiler.Import.Passes.Transposed;
using Cim.Compiler.Ir;

namespace Cim.Compiler.Import;

/// <summary>The passes from a converted ONNX file to the graph all later stages see, top to bottom.</summary>
internal static class ImportPasses
{
    /// <summary>The passes these options ask for.</summary>
    public static IEnumerable<IGraphPass> For(ImportOptions options)
    {
        yield return new RecordNormalisation();
        yield return new RejectBadWeights();
        yield return new FoldConstants(options.MaxFoldedBytes);
        yield return new LimitSizes();
        yield return new FixShapeInputs();
        yield return new ResolveAutoPad();
        yield return new RemoveDeadNodes();
        if (!options.Optimise) yield break;

        if (options.GeneraliseBatch) yield return new GeneraliseBatch();
        yield return new RemoveNoOps();
        yield return new MoveDequantizeBehindLayout();
        yield return new ReadNarrowIntegers();
        yield return new NormaliseMatrixProducts();
        yield return new FoldBatchNormalization();
        yield return new FoldScaleAndShift();
        yield return new FoldPad();
        yield return new UnfoldTransposedConvolutions();
        yield return new RemoveNoOps();
        yield return new FoldConstants(options.MaxFoldedBytes);
        yield return new ShareEqualWeights();
        yield return new RejectBadWeights();
    }
}
