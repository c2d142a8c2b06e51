# R's figures of one data set: `Rscript r_figures.R KIND FOLDER [TIMES]`; bench/r.py asks.
#
# Reads FOLDER's tables and prints a line for each figure, name and value, and a line "# package
# version" for each package used. Ends with status 3 and a sentence where a package is missing.
# R's ltm is taken from its library or, where it is not installed, from the sources in the folder
# that the environment variable LTM_FOLDER names.

read_table <- function(folder, name) {
  read.csv(file.path(folder, paste0(name, ".csv")), check.names = FALSE)
}

say <- function(figures) cat(sprintf("%s\t%.17g\n", names(figures), figures), sep = "")

say_each <- function(name, values) {
  say(setNames(as.numeric(values), paste0(name, ".", seq_along(values))))
}

need <- function(package) {
  if (!suppressPackageStartupMessages(require(package, character.only = TRUE, quietly = TRUE)))
    leave_out(paste0("R's package ", package, " is not installed"))
  cat("#", package, as.character(packageVersion(package)), "\n")
}

leave_out <- function(why) {
  message(why)
  quit(status = 3)
}

processor <- function() sum(proc.time()[c("user.self", "sys.self")])

# The last answer and the shortest time of `times` runs.
timed <- function(act, times) {
  seconds <- Inf
  for (one in seq_len(times)) {
    start <- processor()
    found <- act()
    seconds <- min(seconds, processor() - start)
  }
  say(c(seconds = seconds))
  found
}

# --- two parameters an item -----------------------------------------------------------------------

need_ltm <- function() {
  folder <- Sys.getenv("LTM_FOLDER")
  if (suppressWarnings(requireNamespace("ltm", quietly = TRUE))) return(need("ltm"))
  if (folder == "") leave_out("R's package ltm is not installed, and LTM_FOLDER names no sources")
  for (file in list.files(folder, "\\.R$", full.names = TRUE)) source(file)
  cat("# ltm from its sources\n")
}

say_ltm <- function(fit) {
  say_each("a", fit$coefficients[, 2])
  say_each("b", -fit$coefficients[, 1] / fit$coefficients[, 2])
  say(c(log_likelihood = fit$log.Lik))
}

two_pl_ltm <- function(folder, times) {
  need_ltm()
  answers <- as.matrix(read_table(folder, "answers"))
  say_ltm(timed(function() ltm(answers ~ z1), times))
}

# ltm leaves no tolerance to set: it is called from where it ended until it no longer moves.
two_pl_ltm_to_the_end <- function(folder, times) {
  need_ltm()
  answers <- as.matrix(read_table(folder, "answers"))
  control <- list(GHk = 101, iter.em = 100, iter.qN = 1000)
  to_the_end <- function() {
    fit <- ltm(answers ~ z1, control = control)
    for (call in 2:100) {
      last <- fit$coefficients
      fit <- ltm(answers ~ z1, start.val = last, control = control)
      if (max(abs(fit$coefficients - last)) < 1e-9) break
    }
    say(c(calls = call, gradient = fit$max.sc))
    fit
  }
  say_ltm(timed(to_the_end, times))
}

two_pl_openmx <- function(folder, times) {
  fit_openmx(folder, times, function() {
    mxComputeEM("expectation", "scores", mxComputeNewtonRaphson())
  })
}

two_pl_openmx_to_the_end <- function(folder, times) {
  fit_openmx(folder, times, function() {
    step <- mxComputeNewtonRaphson(tolerance = 1e-14)
    mxComputeEM("expectation", "scores", step, maxIter = 20000L, tolerance = 1e-16)
  })
}

fit_openmx <- function(folder, times, steps) {
  need("OpenMx")
  need("rpf")
  mxOption(NULL, "Number of Threads", 1)
  answers <- read_table(folder, "answers")
  observed <- as.data.frame(lapply(answers, mxFactor, levels = 0:1))
  start <- rbind(1, qlogis(colMeans(answers, na.rm = TRUE)))
  dimnames(start) <- list(c("theta", "intercept"), names(observed))
  build <- function() {
    mxModel(
      "two_pl",
      mxMatrix(values = start, free = TRUE, name = "item", nrow = 2, ncol = ncol(start),
               dimnames = dimnames(start)),
      mxData(observed, type = "raw"),
      mxExpectationBA81(rep(list(rpf.grm(outcomes = 2)), ncol(start)), qpoints = 61, qwidth = 6),
      mxFitFunctionML(),
      steps()
    )
  }
  fit <- timed(function() mxRun(build(), silent = TRUE), times)
  found <- fit$item$values
  say_each("a", found[1, ])
  say_each("b", -found[2, ] / found[1, ])
  say(c(log_likelihood = -fit$output$fit / 2))
}

# --- the Rasch model and persons ------------------------------------------------------------------

# One common discrimination: the spread of the persons' intercepts.
rasch <- function(folder, times) {
  need("lme4")
  answers <- read_table(folder, "answers")
  long <- data.frame(
    learner = rep(seq_len(nrow(answers)), ncol(answers)),
    item = factor(rep(seq_len(ncol(answers)), each = nrow(answers))),
    correct = unlist(answers, use.names = FALSE)
  )
  fit <- glmer(
    correct ~ 0 + item + (1 | learner), long, binomial, nAGQ = 25,
    control = glmerControl(optimizer = "bobyqa", optCtrl = list(rhoend = 1e-9, maxfun = 1e5))
  )
  spread <- getME(fit, "theta")
  say(c(a = unname(spread), log_likelihood = as.numeric(logLik(fit))))
  say_each("b", -fixef(fit) / spread)
}

# Conditional likelihood asks nothing of how skill is spread; its difficulties have mean zero.
rasch_conditional <- function(folder, times) {
  need("eRm")
  fit <- RM(as.matrix(read_table(folder, "answers")))
  say_each("b", -fit$betapar)
  say_each("se_b", fit$se.beta)
}

eap <- function(folder, times) {
  need("rpf")
  items <- read_table(folder, "items")
  answers <- as.data.frame(lapply(read_table(folder, "answers"), ordered, levels = 0:1))
  param <- rbind(items$a, -items$a * items$b)
  dimnames(param) <- list(c("theta", "intercept"), names(answers))
  found <- EAPscores(list(
    spec = rep(list(rpf.grm(outcomes = 2)), ncol(param)), param = param, data = answers,
    mean = c(theta = 0), cov = matrix(1, dimnames = list("theta", "theta")),
    qpoints = 61, qwidth = 6
  ))
  say_each("eap", found[, 1])
  say_each("sd", found[, 2])
}

# --- items ----------------------------------------------------------------------------------------

items <- function(folder, times) {
  need("psych")
  answers <- read_table(folder, "answers")
  side <- read_table(folder, "groups")$group
  largest <- names(sort(-table(side)))
  found <- suppressWarnings(alpha(answers, check.keys = FALSE, warnings = FALSE))
  say(c(kr20 = found$total$raw_alpha))
  say_each("item_rest", found$item.stats$r.drop)
  score <- factor(rowSums(answers))
  # R refuses a stratum of one, which adds nothing to the odds ratio.
  kept <- table(score)[score] > 1
  tests <- lapply(answers, function(answer) mantelhaen.test(
    factor(answer, 1:0)[kept], factor(side, largest)[kept], droplevels(score[kept])
  ))
  ratio <- sapply(tests, function(test) unname(test$estimate))
  upper <- sapply(tests, function(test) test$conf.int[2])
  say_each("alpha", ratio)
  say_each("d", -2.35 * log(ratio))
  say_each("se_d", 2.35 * log(upper / ratio) / qnorm(0.975))
}

# --- growth and comparison ------------------------------------------------------------------------

growth <- function(folder, times) fit_lines(folder, lme4::lmerControl())

growth_to_the_end <- function(folder, times) {
  fit_lines(folder, lme4::lmerControl(
    optimizer = "bobyqa", optCtrl = list(rhoend = 1e-10, maxfun = 1e5)
  ))
}

fit_lines <- function(folder, control) {
  need("lme4")
  scores <- read_table(folder, "scores")
  scores$structured <- as.numeric(scores$arm == "structured")
  two_arms <- length(unique(scores$arm)) > 1
  three_levels <- length(unique(scores$team)) < length(unique(scores$learner))
  model <- paste(
    "score ~", if (two_arms) "time * structured" else "time", "+ (time | learner)",
    if (three_levels) "+ (time | team)"
  )
  fit <- lmer(as.formula(model), scores, control = control)
  errors <- sqrt(diag(as.matrix(vcov(fit))))
  say(c(slope = fixef(fit)[["time"]], se = errors[["time"]]))
  if (two_arms)
    say(c(time_by_arm = fixef(fit)[["time:structured"]],
          se_time_by_arm = errors[["time:structured"]]))
  say(c(log_likelihood = as.numeric(logLik(fit)), residual = sigma(fit)^2))
  for (level in names(VarCorr(fit))) {
    spread <- VarCorr(fit)[[level]]
    say(setNames(spread[c(1, 4, 2)], paste0(level, c(".intercept", ".slope", ".covariance"))))
  }
  if (three_levels) say_team_slopes(fit, unique(scores[c("learner", "team", "structured")]))
}

# The mean slope of a team's learners and what the team's own lies above it.
say_team_slopes <- function(fit, learners) {
  own <- ranef(fit)$team
  fixed <- c(fixef(fit), "time:structured" = 0)
  structured <- tapply(learners$structured, learners$team, mean)[rownames(own)]
  slopes <- fixed[["time"]] + fixed[["time:structured"]] * structured + own$time
  say(setNames(slopes, paste0("slope of ", rownames(own))))
}

# The outcome on the arm and on all other columns; without a team every row is a cluster.
comparison <- function(folder, times) {
  need("clubSandwich")
  learners <- read_table(folder, "learners")
  team <- if (is.null(learners$team)) seq_len(nrow(learners)) else learners$team
  fit <- fit_arm(learners)
  errors <- sapply(c(se_cr1 = "CR1S", se_cr2 = "CR2"), function(type) {
    sqrt(vcovCR(fit, team, type)["arm", "arm"])
  })
  tested <- coef_test(fit, "CR2", cluster = team, coefs = "arm", test = "Satterthwaite")
  say(c(estimate = coef(fit)[["arm"]], errors, df = tested[[grep("^df", names(tested))[1]]]))
}

# Every combination of signs of the teams, with clubSandwich's CR1 error in each.
wild_bootstrap <- function(folder, times) {
  need("clubSandwich")
  learners <- read_table(folder, "learners")
  team <- factor(learners$team)
  null <- fit_arm(learners[names(learners) != "arm"])
  statistic <- function(outcome) {
    learners$outcome <- outcome
    fit <- fit_arm(learners)
    abs(coef(fit)[["arm"]]) / sqrt(vcovCR(fit, team, "CR1")["arm", "arm"])
  }
  observed <- statistic(learners$outcome)
  signs <- as.matrix(expand.grid(rep(list(c(-1, 1)), nlevels(team))))
  drawn <- apply(signs, 1, function(sign) statistic(fitted(null) + sign[team] * resid(null)))
  say(c(p_wild = mean(drawn >= observed * (1 - 1e-9))))
}

fit_arm <- function(learners) {
  if (!is.null(learners$stratum)) learners$stratum <- factor(learners$stratum)
  lm(outcome ~ ., learners[names(learners) != "team"])
}

# metafor takes the small-sample factor with the gamma function; 1 - 3/(4N - 9) comes within
# 1/(32 (N - 2)^2) of it.
baseline <- function(folder, times) {
  need("metafor")
  learners <- read_table(folder, "learners")
  one <- learners$outcome[learners$arm == 1]
  other <- learners$outcome[learners$arm == 0]
  found <- escalc("SMD", m1i = mean(one), m2i = mean(other), sd1i = sd(one), sd2i = sd(other),
                  n1i = length(one), n2i = length(other))
  say(c(g = as.numeric(found$yi), se = sqrt(as.numeric(found$vi))))
}

asked <- commandArgs(trailingOnly = TRUE)
cat("# R", as.character(getRversion()), "\n")
get(asked[1], mode = "function")(asked[2], if (length(asked) > 2) as.integer(asked[3]) else 1)
