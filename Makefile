# callinspect. `make help` lists what can be made.
#
# Paths stay relative, and DUMP and CALLS go through the environment: folders may have spaces in their names.

SHELL := /bin/sh
.DEFAULT_GOAL := help
.NOTPARALLEL:
export DUMP CALLS PYTHON

BIN := .venv/bin
NIGHT := scripts/demo_night/night
# the interpreter's own word on warnings is for pytest to decide; nothing of the user's folders leaks in
PY := env -u PYTHONPATH -u PYTHONHOME $(BIN)/python

.PHONY: help setup setup-test run serve test check unit e2e torture golden bench docs capture demo lock clean

help: ## 列出这些目标 | this list
	@sed -n 's/^\([a-z0-9-]*\):.*## \(.*\) | /\1	\2\n	/p' Makefile | expand -t 12

setup: ## 装好质检所需的一切：.venv、锁定版本的软件包、语音模型 | everything that inspecting needs: .venv, pinned packages, speech models
	@sh scripts/setup.sh run

setup-test:
	@sh scripts/setup.sh test

run: setup ## 质检自带的演示录音；自己的录音：make run DUMP=/录音文件夹 [CALLS=/话单.csv] | inspect the demo night; your own: make run DUMP=/recordings [CALLS=/calls.csv]
	@sh scripts/run_night.sh

serve: setup ## 在浏览器里打开复核台，看演示录音（或 make run）的结果 | the review room in a browser, over the store of the demo night (or of `make run`)
	@sh scripts/serve.sh

test: check unit ## 全部检查：风格、类型、目录间的方向、全部测试 | everything that is checked: style, types, directions between rooms, all tests

check: setup-test ## 风格、类型、目录间的方向 | style, types, directions between rooms
	@$(PY) -m ruff check .
	@$(PY) -m ruff format --check .
	@$(PY) -m mypy & types=$$!; $(BIN)/lint-imports; rules=$$?; wait $$types && exit $$rules

unit: setup-test
	@$(PY) -m pytest -n auto --dist loadfile --no-loadscope-reorder --durations=10

e2e: setup-test ## 只跑整条命令行的测试 | only the tests of the whole command line
	@$(PY) -m pytest tests/e2e

torture: setup-test ## 反复杀掉、暂停共用一个数据库的多次运行，核对每通电话恰好一次；TORTURE="--kills 500 --calls 2000" 为长版 | kill and stop runs that share a store, and count what they left; TORTURE="--kills 500 --calls 2000" is the long form
	@$(PY) -m scripts.torture $(TORTURE)

golden: setup-test ## 重新记录各阶段对四通电话的结果（tests/golden）；请看差异 | record anew what each stage makes of four calls (tests/golden); read the difference
	@$(PY) -m tests.golden.stages

bench: setup ## 在这台机器上与原样的 faster-whisper 比速度和准确率 | compare speed and accuracy on this machine with plain faster-whisper
	@$(BIN)/callinspect bench

docs: setup-test ## 重写由代码生成的文档 | the pages that are written from the code
	@$(PY) scripts/document_measures.py
	@$(PY) scripts/document_rubrics.py
	@$(PY) scripts/document_review_states.py
	@$(PY) scripts/document_layers.py

capture: setup-test ## 重画 docs/ 里命令和复核台的图 | the pictures in docs/ of what the commands print and the review room shows
	@$(PY) scripts/capture.py
	@$(PY) -m scripts.capture_review
	@$(PY) -m scripts.capture_reports

demo: ## 重新合成演示录音（要下载音色，约十分钟） | play the demo night anew (fetches voices; about ten minutes)
	@sh scripts/setup.sh voices
	@$(PY) -m scripts.demo_night

lock: ## 按 pyproject.toml 重新锁定软件包；LOCK_UPGRADE=1 取最新 | pin the packages anew from pyproject.toml; LOCK_UPGRADE=1 takes the newest
	@sh scripts/lock.sh

clean: ## 删除 .venv 和各种工具留下的文件；模型和数据库不动 | remove .venv and what tools left; models and stores stay
	@rm -rf .venv build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
