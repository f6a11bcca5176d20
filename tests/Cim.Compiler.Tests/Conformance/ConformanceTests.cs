using System.Runtime.CompilerServices;
using Xunit;

namespace Cim.Compiler.Tests.Conformance;

public sealed class ConformanceTests(ITestOutputHelper output)
{
    private const string Cases = "/usr/share/libonnx-testdata/data/node";

    /// <summary>Float cases that do not pass, each with its reason; anything else failing is a defect.</summary>
    private static readonly Dictionary<string, string> _exceptions = new(StringComparer.Ordinal)
    {
        ["batchnorm_epsilon_training_mode"] = Training,
        ["batchnorm_example_training_mode"] = Training,
        ["training_dropout"] = Training,
        ["training_dropout_default"] = Training,
        ["training_dropout_default_mask"] = Training,
        ["training_dropout_mask"] = Training,
        ["training_dropout_zero_ratio"] = Training,
        ["training_dropout_zero_ratio_mask"] = Training,
        ["cast_FLOAT_to_BFLOAT16"] = Truncated,
        ["castlike_FLOAT_to_BFLOAT16"] = Truncated,
        ["castlike_FLOAT_to_BFLOAT16_expanded"] = Truncated,
        ["gridsample_bicubic"] = FourDigits,
        ["roialign_aligned_false"] = FourDigits,
        ["roialign_aligned_true"] = FourDigits,
        ["roialign_mode_max"] = FourDigits,
        ["blackmanwindow"] = RoughPi,
        ["blackmanwindow_symmetric"] = RoughPi,
        ["hammingwindow"] = RoughPi,
        ["hammingwindow_symmetric"] = RoughPi,
        ["hannwindow"] = RoughPi,
        ["hannwindow_symmetric"] = RoughPi,
        ["attention_3d_with_past_and_present_qk_matmul_bias"] = MaskFirst,
        ["attention_3d_with_past_and_present_qk_matmul_softcap"] = MaskFirst,
        ["attention_4d_with_past_and_present_qk_matmul_bias"] = MaskFirst,
        ["attention_4d_with_past_and_present_qk_matmul_bias_3d_mask"] = MaskFirst,
        ["attention_4d_with_past_and_present_qk_matmul_bias_3d_mask_causal"] = MaskFirst,
        ["attention_4d_with_past_and_present_qk_matmul_bias_4d_mask"] = MaskFirst,
        ["attention_4d_with_past_and_present_qk_matmul_bias_4d_mask_causal"] = MaskFirst,
        ["attention_4d_with_qk_matmul_bias"] = MaskFirst,
        ["attention_4d_with_qk_matmul_softcap"] = MaskFirst,
        ["l2normalization_axis_0"] = "the cases of this release divide 0 by 0; the standard's answer has been 0 since",
        ["qlinearmatmul_2D_int8_float16"] = Wraps,
        ["qlinearmatmul_2D_int8_float32"] = Wraps,
        ["qlinearmatmul_3D_int8_float16"] = Wraps,
        ["qlinearmatmul_3D_int8_float32"] = Wraps,
        ["scan_sum"] = "the scan of opset 8, which had a batch of its own, is not supported",
        ["reshape_allowzero_reordered"] = EmptyBatch,
        ["split_zero_size_splits"] = EmptyBatch,
        ["split_zero_size_splits_opset13"] = EmptyBatch,
        ["split_zero_size_splits_opset18"] = EmptyBatch,
    };

    private const string Training = "training mode: models are compiled for inference";
    private const string Truncated = "the cases of this release truncate to bfloat16; the standard has rounded since";
    private const string FourDigits = "the expected numbers are given with four digits";
    private const string MaskFirst = "the cases of this release add the mask before they cap; the standard has capped first since";
    private const string Wraps = "the expected integers wrap around where the standard saturates; later cases saturate";
    private const string RoughPi = "the expected numbers were computed with 3.1415 for pi";
    private const string EmptyBatch = "the input has a leading dimension of 0, which is read as an unknown batch";

    [ConformanceFact]
    public void Every_float_case_of_a_supported_operator_passes_and_the_page_is_current()
    {
        List<ConformanceResult> results = [.. Directory.GetDirectories(Cases).Order(StringComparer.Ordinal)
            .Select(f => ConformanceCase.Run(f, isOurs: true))];
        foreach (ConformanceResult r in results.Where(r => OperatorsPage.IsSupported(r) && r.Outcome != ConformanceOutcome.Passed))
            output.WriteLine($"{r.Outcome,-12} {(r.IsFloat ? "float" : "other")} {r.Operator,-22} {r.Name}: {r.Detail}");
        output.WriteLine($"passed {results.Count(r => r.Outcome == ConformanceOutcome.Passed)}, failed "
            + $"{results.Count(r => r.Outcome == ConformanceOutcome.Failed)}, not supported "
            + $"{results.Count(r => r.Outcome == ConformanceOutcome.NotSupported)}");

        string page = OperatorsPage.Write(results, _exceptions);
        string path = Path.Combine(Repository(), "docs", "operators.md");
        if (Environment.GetEnvironmentVariable("CIM_UPDATE_DOCS") == "1")
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllText(path, page);
        }

        Assert.Empty(results.Where(r => r.IsFloat && OperatorsPage.IsSupported(r) && r.Outcome != ConformanceOutcome.Passed
            && !_exceptions.ContainsKey(r.Name)).Select(r => $"{r.Name}: {r.Detail}"));
        Assert.True(File.Exists(path) && File.ReadAllText(path) == page, "docs/operators.md is not current: run with CIM_UPDATE_DOCS=1");
    }

    /// <summary>The cases of a newer release than the package installed here: CIM_NODE_CASES, or what build/node-cases.sh
    /// fetched.</summary>
    [NewerCasesFact]
    public void No_case_of_a_newer_set_gives_a_wrong_result_and_its_page_is_current()
    {
        List<ConformanceResult> results =
        [
            .. Directory.GetDirectories(NewerCasesFactAttribute.Folder).Order(StringComparer.Ordinal)
                .Select(f => ConformanceCase.Run(f, isOurs: false)),
        ];
        foreach (ConformanceResult r in results.Where(r => r.Outcome != ConformanceOutcome.Passed).OrderBy(r => r.Outcome))
            output.WriteLine($"{r.Outcome,-12} {r.Operator,-22} {r.Name}: {r.Detail}");
        foreach (IGrouping<ConformanceOutcome, ConformanceResult> outcome in results.GroupBy(r => r.Outcome))
            output.WriteLine($"{outcome.Key}: {outcome.Count()}");
        Assert.Empty(results.Where(r => r.Outcome == ConformanceOutcome.Failed && !_exceptions.ContainsKey(r.Name))
            .Select(r => $"{r.Name}: {r.Detail}"));

        // The page is of one release; the cases of others are only held to be right.
        string page = NewerCasesPage.Write(results, _exceptions), path = Path.Combine(Repository(), "docs", "conformance.md");
        if (Environment.GetEnvironmentVariable("CIM_UPDATE_DOCS") == "1") File.WriteAllText(path, page);
        string committed = File.ReadAllText(path);
        if (committed.Contains(NewerCasesPage.Count(results), StringComparison.Ordinal))
            Assert.True(committed == page, "docs/conformance.md is not current: run with CIM_UPDATE_DOCS=1");
    }

    [AttributeUsage(AttributeTargets.Method)]
    private sealed class NewerCasesFactAttribute : FactAttribute
    {
        public NewerCasesFactAttribute([CallerFilePath] string? file = null, [CallerLineNumber] int line = -1)
            : base(file, line)
        {
            if (!Directory.Exists(Folder)) Skip = $"{Folder} is absent (build/node-cases.sh fetches it; CIM_NODE_CASES names another)";
        }

        public static string Folder { get; } =
            Environment.GetEnvironmentVariable("CIM_NODE_CASES") ?? Path.Combine(Repository(), "artifacts", "node-cases");
    }

    [AttributeUsage(AttributeTargets.Method)]
    private sealed class ConformanceFactAttribute : FactAttribute
    {
        public ConformanceFactAttribute([CallerFilePath] string? file = null, [CallerLineNumber] int line = -1)
            : base(file, line)
        {
            if (!Directory.Exists(Cases)) Skip = $"{Cases} is absent (apt-get install libonnx-testdata)";
        }
    }

    private static string Repository()
    {
        DirectoryInfo? d = new(AppContext.BaseDirectory);
        while (d is not null && !File.Exists(Path.Combine(d.FullName, "Cim.Sdk.sln"))) d = d.Parent;
        return d?.FullName ?? throw new InvalidOperationException("The tests do not run inside the repository.");
    }
}
