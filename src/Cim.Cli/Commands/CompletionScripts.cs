using System.Collections.Immutable;

namespace Cim.Cli.Commands;

/// <summary>
/// Scripts that ask <c>cim "[suggest:POSITION]" LINE</c> what may follow, one candidate a line. Where there is none, shells complete names
/// of files.
/// </summary>
internal static class CompletionScripts
{
    /// <summary>The shells, and where each reads its script.</summary>
    private static readonly ImmutableDictionary<string, string> _scripts = ImmutableDictionary<string, string>.Empty
        .Add("bash", """
            # For ~/.bashrc:  source <(cim completion bash)
            _cim_complete() {
                local IFS=$'\n'
                COMPREPLY=($(compgen -W "$(cim "[suggest:${COMP_POINT}]" "${COMP_LINE}" 2>/dev/null)" -- "${COMP_WORDS[COMP_CWORD]}"))
            }
            complete -o default -F _cim_complete cim

            """)
        .Add("zsh", """
            # For ~/.zshrc, behind compinit:  source <(cim completion zsh)
            _cim_complete() {
                local line="${(j: :)words[1,CURRENT]}"
                local -a candidates
                candidates=("${(@f)$(cim "[suggest:${#line}]" "$line" 2>/dev/null)}")
                candidates=("${(@)candidates:#}")
                if (( ${#candidates} )); then compadd -- "${candidates[@]}"; else _files; fi
            }
            compdef _cim_complete cim

            """)
        .Add("fish", """
            # For ~/.config/fish/completions/cim.fish
            function __cim_complete
                set -l line (commandline -cp)
                cim "[suggest:"(string length -- "$line")"]" "$line" 2>/dev/null
            end
            complete -c cim -a '(__cim_complete)'

            """)
        .Add("pwsh", """
            # For $PROFILE:  cim completion pwsh | Out-String | Invoke-Expression
            Register-ArgumentCompleter -Native -CommandName cim -ScriptBlock {
                param($wordToComplete, $commandAst, $cursorPosition)
                $line = $commandAst.ToString().PadRight($cursorPosition)
                cim "[suggest:$cursorPosition]" "$line" 2>$null | Where-Object { $_ } | ForEach-Object {
                    [System.Management.Automation.CompletionResult]::new($_, $_, 'ParameterValue', $_)
                }
            }

            """);

    /// <summary>The names of the shells.</summary>
    public static ImmutableArray<string> Shells { get; } = ["bash", "zsh", "fish", "pwsh"];

    /// <summary>The script of a shell, with line feeds.</summary>
    public static string For(string shell) => _scripts[shell].ReplaceLineEndings("\n");
}
