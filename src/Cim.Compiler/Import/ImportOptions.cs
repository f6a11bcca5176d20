using System.Collections.Immutable;

namespace Cim.Compiler.Import;

/// <summary>What a caller may ask of the importer.</summary>
internal sealed record ImportOptions
{
    public static ImportOptions Default { get; } = new();

    /// <summary>Writes the graph as text after each pass into this folder.</summary>
    public string? DumpDirectory { get; init; }

    /// <summary>Sizes of open dimensions, by name or by input and axis (<c>x:1</c>); the leading dimension of an input needs none: it is
    /// the batch. Also values of inputs of one integer, by the input's name.</summary>
    public ImmutableDictionary<string, int> Dimensions { get; init; } = ImmutableDictionary<string, int>.Empty;

    /// <summary>Several sizes of open dimensions, one plan each.</summary>
    public PlanSizes Sizes { get; init; } = PlanSizes.None;

    /// <summary>The plan of <see cref="Sizes"/> that is imported.</summary>
    public int Plan { get; init; }

    /// <summary>Values of inputs that become constants, one for all elements or one for each.</summary>
    public ImmutableDictionary<string, ImmutableArray<double>> FixedInputs { get; init; } =
        ImmutableDictionary<string, ImmutableArray<double>>.Empty;

    /// <summary>The sizes of open dimensions in the plan that is imported.</summary>
    public ImmutableDictionary<string, int> PlanDimensions => Sizes.IsEmpty ? Dimensions : Dimensions.SetItems(Sizes[Plan]);

    /// <summary>Makes the batch of a model exported for one image symbolic where every operator works image by image.</summary>
    public bool GeneraliseBatch { get; init; } = true;

    /// <summary>Folds and merges operators. Off: only what is needed to run the graph as it was written.</summary>
    public bool Optimise { get; init; } = true;

    /// <summary>All constants computed at import together may take this many bytes.</summary>
    public long MaxFoldedBytes { get; init; } = 1L << 30;
}
