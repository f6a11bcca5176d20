using Cim.Compiler.Options;

namespace Cim.Tests.Shared;

/// <summary>Values of options for the tests that go through the whole table.</summary>
internal static class OptionSamples
{
    /// <summary>An allowed value that is not the default.</summary>
    public static string Of(OptionRow row) => row.Kind switch
    {
        OptionKind.Flag => "true",
        OptionKind.Integer => "3",
        OptionKind.Number => "0.25",
        OptionKind.Choice => row.Choices.First(choice => choice != row.Default),
        OptionKind.List => row.Format switch
        {
            OptionFormat.Dimensions => "height=3",
            OptionFormat.DimensionLists => "height=3|4",
            OptionFormat.InputValues => "rate=3",
            OptionFormat.Widths => "8,4",
            _ => "0.25,0.5",
        },
        _ => row.Name + ".file",
    };

    /// <summary>Options without which this one says nothing.</summary>
    public static IEnumerable<OptionRow> Needed(OptionRow row) => row.Name switch
    {
        nameof(OptionTable.StripWidths) or nameof(OptionTable.StripUnit) => [OptionTable.Strips],
        nameof(OptionTable.MergeMethod) => [OptionTable.MergeWeights],
        nameof(OptionTable.VariationConfidence) => [OptionTable.VariationAware],
        nameof(OptionTable.Epochs) or nameof(OptionTable.LearningRate) or nameof(OptionTable.TrainingShift)
            or nameof(OptionTable.TrainingFlip) or nameof(OptionTable.Engine) or nameof(OptionTable.Device)
            or nameof(OptionTable.EnginePackages) or nameof(OptionTable.TrainingCheckpoint)
            or nameof(OptionTable.SearchTrainingSamples) or nameof(OptionTable.Validation) => [OptionTable.Training],
        _ => [],
    };
}
